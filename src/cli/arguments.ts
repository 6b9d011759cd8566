/** What the command line asks for. */
export type CliRequest =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  /** Without a path: the default file if it is there, else the demo. */
  | { readonly kind: "serve"; readonly configPath: string | undefined }
  | { readonly kind: "wrong"; readonly problem: string };

/** Reads the arguments after the program's name. `--help` and `--version` win over everything that is not wrong. */
export function parseArguments(argv: readonly string[]): CliRequest {
  let configPath: string | undefined;
  let asked: "help" | "version" | undefined;
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? "";
    if (argument === "--help" || argument === "-h") asked = "help";
    else if (argument === "--version" || argument === "-V") asked ??= "version";
    else {
      const inline = inlinePath(argument);
      const path = inline ?? (isConfigFlag(argument) ? argv[++i] : undefined);
      if (inline === undefined && !isConfigFlag(argument)) return wrong(`unknown argument ${JSON.stringify(argument)}`);
      if (path === undefined || path === "") return wrong(`${argument.split("=")[0]} needs the path of a file`);
      if (configPath !== undefined) return wrong("--config is given twice");
      configPath = path;
    }
  }
  return asked === undefined ? { kind: "serve", configPath } : { kind: asked };
}

function isConfigFlag(argument: string): boolean {
  return argument === "--config" || argument === "-c";
}

/** The path in `--config=PATH` or `-cPATH`. */
function inlinePath(argument: string): string | undefined {
  if (argument.startsWith("--config=")) return argument.slice("--config=".length);
  if (argument.startsWith("-c") && argument.length > 2) return argument.slice(2);
  return undefined;
}

function wrong(problem: string): CliRequest {
  return { kind: "wrong", problem };
}

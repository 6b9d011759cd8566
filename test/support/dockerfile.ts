/** One instruction of a Dockerfile, continuation lines joined. */
export interface Instruction {
  /** Upper case. */
  readonly name: string;
  readonly text: string;
  /** Which FROM it belongs to, from 0. */
  readonly stage: number;
}

/** Reads a Dockerfile into its instructions. */
export function parseDockerfile(text: string): Instruction[] {
  const instructions: Instruction[] = [];
  let stage = -1;
  const lines = text.split("\n").filter((line) => !line.trimStart().startsWith("#"));
  for (const line of lines.join("\n").replaceAll(/\\\n/g, " ").split("\n")) {
    const [, name, rest] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) continue;
    if (name.toUpperCase() === "FROM") stage++;
    instructions.push({ name: name.toUpperCase(), text: rest.trim(), stage });
  }
  return instructions;
}

/** What a COPY instruction takes from the build context and where it goes; undefined when it copies between stages. */
export function copiedFromContext({ text }: Instruction): { sources: string[]; target: string } | undefined {
  if (text.includes("--from=")) return undefined;
  const words = text.split(/\s+/).filter((word) => !word.startsWith("--"));
  const target = words.pop();
  return target === undefined ? undefined : { sources: words, target };
}

/** Whether `.dockerignore` lets a path into the build context: the last pattern that matches decides. */
export function isInContext(dockerignore: string, path: string): boolean {
  let isIgnored = false;
  for (const line of dockerignore.split("\n")) {
    const pattern = line.trim();
    if (pattern === "" || pattern.startsWith("#")) continue;
    const isException = pattern.startsWith("!");
    const glob = isException ? pattern.slice(1) : pattern;
    // A pattern that names a directory holds for all below it.
    const matches = glob === "*" || new Bun.Glob(glob).match(path) || path.startsWith(`${glob}/`);
    if (matches) isIgnored = !isException;
  }
  return !isIgnored;
}

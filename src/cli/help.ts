import { usageOf } from "./commands/command.ts";
import { COMMANDS } from "./commands/command-table.ts";

/** Answer to `--help`. */
export const HELP: string = `An HTTP/3 edge proxy whose request path is a chain of sandboxed WebAssembly filters.

Usage: spooky [--config FILE]
       spooky COMMAND ...

Commands:
${COMMANDS.map((command) => `  ${usageOf(command)}\n                     ${command.summary}.`).join("\n")}

Options:
  -c, --config FILE  Serve what FILE describes. Without it: /etc/spooky/config.yaml if there is one, else a
                     self-contained demo on 127.0.0.1:9889.
  -V, --version      Print the version.
  -h, --help         Print this.

Exit codes: 0 stopped cleanly or all well, 1 wrong config or failed start, 2 wrong usage.
`;

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "./repository-files.ts";

/** How a command ended and what it said. */
export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of files to run commands on. */
export interface CommandFolder {
  /** Writes a file and gives its path. */
  write(name: string, bytes: Uint8Array): string;
  /** Runs the program in the folder to its end. */
  spooky(...argv: string[]): Promise<CommandOutcome>;
  remove(): void;
}

export function openCommandFolder(): CommandFolder {
  const folder = mkdtempSync(join(tmpdir(), "spooky-command-"));
  return {
    write(name, bytes) {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      return path;
    },
    async spooky(...argv) {
      const command = [process.execPath, join(repository, "src/main.ts"), ...argv];
      const child = Bun.spawn(command, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
      const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
      return { code: await child.exited, stdout, stderr };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

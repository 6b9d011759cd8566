import { Glob } from "bun";

/** Directory of the repository. */
export const repository: string = new URL("../..", import.meta.url).pathname;

/** Reads a file of the repository by its path from the root. */
export function readRepositoryFile(path: string): Promise<string> {
  return Bun.file(repository + path).text();
}

/** Paths from the repository's root, sorted, of the files that match; never in `node_modules`. */
export function findRepositoryFiles(...patterns: string[]): string[] {
  const found = new Set<string>();
  for (const pattern of patterns) {
    for (const path of new Glob(pattern).scanSync({ cwd: repository, dot: true })) {
      if (!path.includes("node_modules/") && !path.startsWith(".git/")) found.add(path);
    }
  }
  return [...found].sort();
}

/** Paths of all files that git tracks or would track. */
export function findTrackedFiles(): string[] {
  const listing = Bun.spawnSync(["git", "ls-files", "--cached", "--others", "--exclude-standard"], { cwd: repository });
  if (listing.success) return listing.stdout.toString().split("\n").filter(Boolean).sort();
  return findRepositoryFiles("**/*");
}

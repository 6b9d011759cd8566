import { readRepositoryFile, repository } from "./repository-files.ts";

/** One import or re-export of a file, as it stands there and as it resolves. */
export interface ImportEdge {
  readonly from: string;
  /** As written. */
  readonly specifier: string;
  /** Path from the repository's root for own files, or undefined for packages and built-in modules. */
  readonly to: string | undefined;
}

// Static imports, re-exports and dynamic imports with a literal name. A type import counts: it is a dependency of
// the reader even where it is none of the machine.
const IMPORT =
  /(?:^|[;\n])\s*(?:import|export)\b(?:[^;"'`]*?\bfrom)?\s*["']([^"'\n]+)["']|\bimport\(\s*["']([^"'\n]+)["']\s*\)/g;

/** Every import of the given files. */
export async function readImports(paths: readonly string[]): Promise<ImportEdge[]> {
  const edges: ImportEdge[] = [];
  for (const from of paths) edges.push(...findImports(from, await readRepositoryFile(from)));
  return edges;
}

/** The imports in the text of one file. */
export function findImports(from: string, text: string): ImportEdge[] {
  const edges: ImportEdge[] = [];
  for (const match of withoutComments(text).matchAll(IMPORT)) {
    const specifier = match[1] ?? match[2];
    if (specifier === undefined) continue;
    edges.push({ from, specifier, to: specifier.startsWith(".") ? resolve(from, specifier) : undefined });
  }
  return edges;
}

/** Name of the package that a specifier belongs to, or undefined for own files and modules of the runtime. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith(".") || /^(node|bun):/.test(specifier) || specifier === "bun") return undefined;
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
}

/** The text without block comments and comment lines: an import in an example is none. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

function resolve(from: string, specifier: string): string {
  return new URL(specifier, `file://${repository}${from}`).pathname.slice(repository.length);
}

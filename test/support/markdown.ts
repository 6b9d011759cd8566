/** A fenced code block of a Markdown file. */
export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

/** All fenced code blocks, in order. */
export function findCodeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = markdown.split("\n");
  for (let start = 0; start < lines.length; start++) {
    const [, indent, fence, language] = /^( *)(`{3,}|~{3,})\s*([\w-]*)/.exec(lines[start] ?? "") ?? [];
    if (indent === undefined || fence === undefined) continue;
    let end = start + 1;
    while (end < lines.length && !lines[end]?.trimStart().startsWith(fence)) end++;
    const text = lines
      .slice(start + 1, end)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    blocks.push({ language: language ?? "", text: `${text.join("\n")}\n`, line: start + 1 });
    start = end;
  }
  return blocks;
}

/** Targets of links to other files, without fragment; code is not searched. */
export function findFileLinks(markdown: string): string[] {
  const prose = markdown.replace(/^( *)(`{3,}|~{3,})[\s\S]*?^\1\2/gm, "").replace(/`[^`\n]*`/g, "");
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");
  return targets.filter((target) => !/^[a-z]+:|^#/i.test(target)).map((target) => target.split("#")[0] ?? "");
}

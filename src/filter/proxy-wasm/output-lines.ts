/** Collects pieces of output into lines: a Go panic, for one, arrives a word at a time. */
export class OutputLines {
  readonly #maxLength: number;
  readonly #write: (line: string) => void;
  #pending = "";

  constructor(maxLength: number, write: (line: string) => void) {
    this.#maxLength = maxLength;
    this.#write = write;
  }

  add(piece: string): void {
    const lines = (this.#pending + piece).split("\n");
    this.#pending = lines.pop() ?? "";
    for (const line of lines) if (line !== "") this.#write(line);
    if (this.#pending.length >= this.#maxLength) this.flush();
  }

  /** Writes what has no end of line yet. */
  flush(): void {
    if (this.#pending !== "") this.#write(this.#pending);
    this.#pending = "";
  }
}

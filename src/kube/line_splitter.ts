/** Cuts a byte stream into lines of UTF-8 text, wherever the chunks happen to end. */
export class LineSplitter {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #pieces: string[] = [];

  /** The lines that this chunk completes, without their line ends; empty lines are left out. */
  push(chunk: Uint8Array): string[] {
    const text = this.#decoder.decode(chunk, { stream: true });
    const lines: string[] = [];
    let from = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      this.#pieces.push(text.slice(from, at));
      const line = this.#pieces.length === 1 ? this.#pieces[0] ?? "" : this.#pieces.join("");
      this.#pieces = [];
      from = at + 1;
      if (line !== "") lines.push(line);
    }
    if (from < text.length) this.#pieces.push(text.slice(from));
    return lines;
  }

  /** `true` when the stream stopped inside a line. */
  get partial(): boolean {
    return this.#pieces.length > 0;
  }
}

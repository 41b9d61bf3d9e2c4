const NEWLINE = 10;

/**
 * The lines of a file that another process appends to. A line that is only half written is left for the next read, and
 * what was read is not read again, so that the file may have any size. One read at a time.
 */
export class GrowingLines {
  readonly #path: string;
  #decoder = new TextDecoder();
  #offset = 0;
  #rest = "";

  constructor(path: string) {
    this.#path = path;
  }

  /** Whole lines since the read before, without their ends; none where there is no file yet. */
  async read(): Promise<string[]> {
    using file = await this.#open();
    if (file === undefined) return [];
    await file.seek(this.#offset, Deno.SeekMode.Start);
    const lines: string[] = [];
    const chunk = new Uint8Array(1 << 20);
    for (let size = await file.read(chunk); size !== null; size = await file.read(chunk)) {
      this.#offset += size;
      const [first = "", ...others] = this.#decoder.decode(chunk.subarray(0, size), { stream: true }).split(
        "\n",
      );
      const last = others.pop();
      if (last === undefined) {
        this.#rest += first;
        continue;
      }
      lines.push(this.#rest + first, ...others);
      this.#rest = last;
    }
    return lines.filter((line) => line !== "");
  }

  /** Passes over all lines that are there, also one that is half written now. */
  async skip(): Promise<void> {
    for (;;) {
      using file = await this.#open();
      const end = file === undefined ? 0 : await file.seek(0, Deno.SeekMode.End);
      if (file === undefined || end === 0 || await lastByte(file, end) === NEWLINE) {
        this.#offset = end;
        this.#rest = "";
        this.#decoder = new TextDecoder();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async #open(): Promise<Deno.FsFile | undefined> {
    try {
      return await Deno.open(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }
}

async function lastByte(file: Deno.FsFile, end: number): Promise<number | undefined> {
  const byte = new Uint8Array(1);
  await file.seek(end - 1, Deno.SeekMode.Start);
  await file.read(byte);
  return byte[0];
}

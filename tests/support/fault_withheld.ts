interface WatchLine {
  readonly type: string;
  readonly object?: { readonly metadata?: { readonly namespace?: string; readonly name?: string } };
}

/**
 * Keeps the events of a watch back. One that another of the same object follows meanwhile is never told, as if nobody had
 * looked in between; the others come later, in the order of their versions.
 */
export class WithheldEvents {
  readonly #pass: (bytes: Uint8Array) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  /** The last line of each object; those of a later version come later. */
  readonly #held = new Map<string, string>();
  readonly #decoder = new TextDecoder();
  #part = "";

  constructor(ms: number, pass: (bytes: Uint8Array) => void) {
    this.#pass = pass;
    this.#timer = setInterval(() => this.#flush(), ms);
  }

  take(bytes: Uint8Array): void {
    const lines = (this.#part + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#part = lines.pop() ?? "";
    for (const line of lines) this.#hold(line);
  }

  /** Tells what is left, and nothing more. */
  stop(): void {
    clearInterval(this.#timer);
    this.#flush();
  }

  #hold(line: string): void {
    const { type, object } = JSON.parse(line) as WatchLine;
    const { namespace = "", name = "" } = object?.metadata ?? {};
    const key = type === "BOOKMARK" || type === "ERROR" ? type : `${namespace}/${name}`;
    this.#held.delete(key);
    this.#held.set(key, line);
  }

  #flush(): void {
    for (const line of this.#held.values()) this.#pass(new TextEncoder().encode(`${line}\n`));
    this.#held.clear();
  }
}

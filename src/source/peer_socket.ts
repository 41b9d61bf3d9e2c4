import { Socket } from "node:net";
import type { SourceError } from "./port.ts";
import { sourceError } from "./server_error.ts";

/** Why no database is to be spoken to at an address that a connection was made to; undefined where it may be. */
export type PeerCheck = (address: string) => SourceError | undefined;

export interface PeerOptions {
  /** Begins the message of its own errors. */
  readonly title: string;
  readonly check: PeerCheck | undefined;
}

/**
 * A socket that ends with the check's error as soon as it is connected, before a byte is sent: it is the address of this
 * very connection that is checked, so that a name can't answer otherwise meanwhile. And one that takes no more than it is
 * allowed to: drivers keep what comes until it is whole, however much a server sends.
 */
export class PeerSocket extends Socket {
  readonly #title: string;
  #allowed = 0;
  #left = 0;

  constructor({ title, check }: PeerOptions) {
    super();
    this.#title = title;
    if (check === undefined) return;
    this.once("connect", () => {
      const refusal = check(this.remoteAddress ?? "");
      if (refusal !== undefined) this.destroy(refusal);
    });
  }

  /** From now on the server may send so many bytes; with one more the connection ends with TooLarge. */
  allow(bytes: number): void {
    this.#allowed = this.#left = bytes;
  }

  /** Counts what came by another stream that took this connection over, as one for TLS does. */
  count(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) this.refuse(`more than ${this.#allowed / 2 ** 20} MiB in one answer`);
  }

  /** Ends the connection with TooLarge. */
  refuse(detail: string): void {
    if (!this.destroyed) this.destroy(sourceError(this.#title, { code: "TooLarge", detail }));
  }

  override push(chunk: Uint8Array | string | null, encoding?: BufferEncoding): boolean {
    if (chunk !== null) this.count(chunk.length);
    return !this.destroyed && super.push(chunk, encoding);
  }
}

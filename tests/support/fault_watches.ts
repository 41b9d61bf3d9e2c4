import type { ServerResponse } from "node:http";
import { type AskedRequest, matches, type RequestMatch } from "./fault_requests.ts";

/** What is done to watches that are open. */
export type WatchFault =
  /** The server says that their version is gone, as an event, and ends them. */
  | "expire"
  /** The connection ends in the middle of the next event. */
  | "cut"
  /** Nothing comes any more, and the connection stays: half open. */
  | "silence"
  /** The connection ends. */
  | "drop";

const EXPIRED = JSON.stringify({
  type: "ERROR",
  object: {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: "too old resource version: 1 (2)",
    reason: "Expired",
    code: 410,
  },
});

/** A watch that is passed on. */
export class PassedWatch {
  readonly asked: AskedRequest;
  readonly #response: ServerResponse;
  #fault: WatchFault | undefined;

  constructor(asked: AskedRequest, response: ServerResponse) {
    this.asked = asked;
    this.#response = response;
  }

  strike(fault: WatchFault): void {
    this.#fault = fault;
    if (fault === "drop") this.#response.socket?.destroy();
    if (fault === "expire") this.#response.end(`${EXPIRED}\n`);
  }

  /** Passes on what came from the server; `false` when the watch has ended. */
  pass(chunk: Uint8Array): boolean {
    if (this.#fault === "silence") return true;
    if (this.#fault === "cut") {
      this.#response.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => {
        this.#response.socket?.destroy();
      });
      return false;
    }
    if (this.#fault !== undefined) return false;
    this.#response.write(chunk);
    return true;
  }
}

/** The watches that are open now. */
export class PassedWatches {
  readonly #open = new Set<PassedWatch>();
  /** Watches that a fault has met. */
  struck = 0;

  add(watch: PassedWatch): () => void {
    this.#open.add(watch);
    return () => this.#open.delete(watch);
  }

  strike(match: RequestMatch, fault: WatchFault): void {
    for (const watch of this.#open) {
      if (!matches(match, watch.asked)) continue;
      this.struck += 1;
      watch.strike(fault);
    }
  }

  get size(): number {
    return this.#open.size;
  }
}

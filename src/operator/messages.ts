import type { OperatorOptions } from "./options.ts";

/** What the launching thread tells the controllers' worker. */
export type ToWorker =
  | { readonly kind: "start"; readonly options: OperatorOptions }
  /** Ends watches, workers and servers; answered by `stopped`. */
  | { readonly kind: "stop" };

/** What the worker tells. */
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "stopped" }
  | LaunchedThread
  /** It can't go on; the process exits with 1. */
  | { readonly kind: "failed"; readonly message: string };

/** A thread shall be begun that reads SQLite files, and be heard at `port`. */
export interface LaunchedThread {
  readonly kind: "read";
  readonly port: MessagePort;
  /** Any message to the launching thread ends the thread that was begun; any message from there says that it is gone. */
  readonly control: MessagePort;
}

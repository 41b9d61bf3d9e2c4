/// <reference lib="deno.worker" />
/**
 * The thread that the controllers run in, with the permissions that the launching thread gave it and no others.
 */
import type { FromWorker, ToWorker } from "./messages.ts";
import { type Operator, startOperator } from "./operator.ts";

function tell(message: FromWorker): void {
  self.postMessage(message);
}

function failure(error: unknown): FromWorker {
  return {
    kind: "failed",
    message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  };
}

const thread: { operator?: Promise<Operator> } = {};

async function start(message: Extract<ToWorker, { kind: "start" }>): Promise<void> {
  try {
    thread.operator = startOperator(message.options, { fail: (error) => tell(failure(error)) });
    await thread.operator;
    tell({ kind: "ready" });
  } catch (error) {
    tell(failure(error));
  }
}

async function stop(): Promise<void> {
  try {
    const operator = await thread.operator;
    await operator?.stop();
    tell({ kind: "stopped" });
  } catch (error) {
    tell(failure(error));
  }
}

self.onmessage = (event: MessageEvent<ToWorker>) => {
  const done = event.data.kind === "start" ? start(event.data) : stop();
  done.catch((error) => tell(failure(error)));
};

/// <reference lib="deno.worker" />
/**
 * The thread that the controllers run in, with the permissions that the launching thread gave it and no others.
 */
import { launchedThreads } from "./launched_threads.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { type Operator, startOperator } from "./operator.ts";
import type { OperatorOptions } from "./options.ts";

function tell(message: FromWorker, transfer: readonly MessagePort[] = []): void {
  self.postMessage(message, [...transfer]);
}

function failed(error: unknown): void {
  tell({
    kind: "failed",
    message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  });
}

/** The first message starts, the second stops; anything that throws is told. */
function awaitStart(): void {
  self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if (data.kind === "stop") return tell({ kind: "stopped" });
    run(data.options).catch(failed);
  };
}

async function run(options: OperatorOptions): Promise<void> {
  const starting = startOperator(options, { fail: failed, startThread: launchedThreads(tell) });
  self.onmessage = () => {
    stop(starting).catch(failed);
  };
  await starting;
  tell({ kind: "ready" });
}

async function stop(starting: Promise<Operator>): Promise<void> {
  const operator = await starting;
  await operator.stop();
  tell({ kind: "stopped" });
}

awaitStart();

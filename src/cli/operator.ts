import type { Command } from "commander";
import { serveThread } from "../operator/launched_threads.ts";
import type { FromWorker, ToWorker } from "../operator/messages.ts";
import type { OperatorOptions } from "../operator/options.ts";
import { startThread, threadPermissions } from "./controllers_thread.ts";
import { operatorOptions, withOperatorFlags } from "./operator_flags.ts";

/** `lynq operator`: launches the controllers in a worker that may reach the API server and the named databases only. */
export function addOperatorCommand(program: Command): void {
  withOperatorFlags(program.command("operator", { isDefault: true }).description("run the controllers"))
    .action(async (_flags, command: Command) => {
      const options = operatorOptions(command);
      const permissions = await threadPermissions(options).catch((error: unknown) =>
        command.error(`error: ${error instanceof Error ? error.message : String(error)}`)
      );
      Deno.exit(await runOperator(options, permissions));
    });
}

/** How long the worker may take to stop before the process ends without it, in milliseconds. */
const STOP_MS = 8000;

/** Runs in a worker until a signal or a failure; the exit code. */
async function runOperator(
  options: OperatorOptions,
  permissions: Deno.PermissionOptionsObject,
): Promise<number> {
  const worker = startThread(new URL("../operator/controllers_worker.ts", import.meta.url), permissions);
  const send = (message: ToWorker) => worker.postMessage(message);
  const code = await new Promise<number>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "ready") return;
      if (data.kind === "read") return serveThread(data, options.sourcePaths);
      if (data.kind === "failed") console.error(JSON.stringify({ level: "error", msg: data.message }));
      resolve(data.kind === "failed" ? 1 : 0);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      console.error(JSON.stringify({ level: "error", msg: event.message }));
      resolve(1);
    };
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      Deno.addSignalListener(signal, () => {
        send({ kind: "stop" });
        setTimeout(() => resolve(1), STOP_MS);
      });
    }
    send({ kind: "start", options });
  });
  worker.terminate();
  return code;
}

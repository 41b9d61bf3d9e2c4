import type { Command } from "commander";
import { loadCredentials } from "../kube/load_credentials.ts";
import { hostPort, listenPermissions, parseBindAddress } from "../operator/http_address.ts";
import type { FromWorker, ToWorker } from "../operator/messages.ts";
import type { OperatorOptions } from "../operator/options.ts";
import { operatorOptions, withOperatorFlags } from "./operator_flags.ts";

/** `lynq operator`: launches the controllers in a worker that may reach the API server and the named databases only. */
export function addOperatorCommand(program: Command): void {
  withOperatorFlags(program.command("operator", { isDefault: true }).description("run the controllers"))
    .action(async (_flags, command: Command) => {
      const options = operatorOptions(command);
      const permissions = await workerPermissions(options).catch((error: unknown) =>
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
  const worker = new Worker(new URL("../operator/controllers_worker.ts", import.meta.url), {
    type: "module",
    name: "controllers",
    deno: { permissions },
  });
  const send = (message: ToWorker) => worker.postMessage(message);
  const code = await new Promise<number>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "ready") return;
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

/** Throws `CredentialsError` and `BindAddressError`. */
async function workerPermissions(options: OperatorOptions): Promise<Deno.PermissionOptionsObject> {
  const { server } = await loadCredentials(options);
  const url = new URL(server);
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const own = [
    parseBindAddress("health-probe-bind-address", options.healthProbeBindAddress),
    parseBindAddress("metrics-bind-address", options.metricsBindAddress),
    parseBindAddress("dashboard-bind-address", options.dashboardBindAddress),
  ].flatMap(listenPermissions);
  const net = options.sourceHosts === undefined
    ? "inherit"
    : [hostPort(url.hostname.replace(/^\[|\]$/g, ""), port), ...own, ...options.sourceHosts];
  // An exec plugin of a kubeconfig runs only where the process was started with --allow-run=<plugin>.
  return { net, read: "inherit", env: "inherit", run: "inherit", write: false, ffi: false, sys: false };
}

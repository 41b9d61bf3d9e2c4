import { loadCredentials } from "../kube/load_credentials.ts";
import { hostPort, listenPermissions, parseBindAddress } from "../operator/http_address.ts";
import type { OperatorOptions } from "../operator/options.ts";
import { ANY_HOST, apiServerPort } from "../operator/source_hosts.ts";

/** What the controllers and their libraries may know of the environment. */
const VARIABLES = [
  "HOME",
  "HOSTNAME",
  "KUBECONFIG",
  "KUBERNETES_SERVICE_HOST",
  "KUBERNETES_SERVICE_PORT",
  "NO_COLOR",
  "POD_NAME",
  "POD_NAMESPACE",
  "TZ",
] as const;

/** A thread for a module, with these permissions and no others. */
export function startThread(module: URL, permissions: Deno.PermissionOptionsObject): Worker {
  return new Worker(module, { type: "module", name: "controllers", deno: { permissions } });
}

/**
 * What the controllers' thread may do: talk to the API server and to `--source-hosts`, listen on its own ports and read
 * credentials, no file of a SQLite hub. It starts no program, but where credentials come from one.
 * Throws `CredentialsError` and `BindAddressError`.
 */
export async function threadPermissions(options: OperatorOptions): Promise<Deno.PermissionOptionsObject> {
  const { server, files = [], byProgram = false } = await loadCredentials(options);
  const url = new URL(server);
  const own = [
    parseBindAddress("health-probe-bind-address", options.healthProbeBindAddress),
    parseBindAddress("metrics-bind-address", options.metricsBindAddress),
    parseBindAddress("dashboard-bind-address", options.dashboardBindAddress),
  ].flatMap(listenPermissions);
  const api = hostPort(url.hostname.replace(/^\[|\]$/g, ""), apiServerPort(url));
  const net = options.sourceHosts.includes(ANY_HOST) ? "inherit" : [api, ...own, ...options.sourceHosts];
  const certificates = options.metricsCertPath === "" ? [] : [options.metricsCertPath];
  return {
    net,
    read: await readable([...files, ...certificates]),
    env: byProgram ? "inherit" : await known(VARIABLES),
    run: byProgram ? "inherit" : false,
    write: false,
    ffi: false,
    sys: false,
  };
}

/** Those of them that this process may read itself: no thread may do more. */
async function readable(paths: readonly string[]): Promise<string[]> {
  const states = await Promise.all(paths.map(async (path) => {
    const { state } = await Deno.permissions.query({ name: "read", path });
    return { path, state };
  }));
  return states.flatMap(({ path, state }) => state === "granted" ? [path] : []);
}

/**
 * Those of them that this process may know. A process that may know all of them hides none (`--ignore-env`), and
 * libraries that ask for one of their own would end with an error: then nothing is narrowed.
 */
async function known(variables: readonly string[]): Promise<string[] | "inherit"> {
  const all = await Deno.permissions.query({ name: "env" });
  if (all.state === "granted") return "inherit";
  const states = await Promise.all(variables.map(async (variable) => {
    const { state } = await Deno.permissions.query({ name: "env", variable });
    return { variable, state };
  }));
  return states.flatMap(({ variable, state }) => state === "granted" ? [variable] : []);
}

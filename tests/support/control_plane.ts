import { join } from "node:path";
import { type Credentials, fixedCredentials } from "../../src/kube/credentials.ts";
import { PKI } from "./control_plane_pki.ts";
import { isRunning, type PlaneState, startProcesses, startProgram } from "./control_plane_process.ts";

export type PlaneUser = "admin" | "operator" | "plain" | "kcm";

/** A real etcd and kube-apiserver on the loopback address. */
export interface ControlPlane {
  readonly server: string;
  /** URL of etcd's clients, for compaction. */
  readonly etcd: string;
  readonly caPem: string;
  /** Token credentials. "admin" and "operator" may do everything, "plain" nothing. */
  credentials(user: PlaneUser): Credentials;
  /** A client certificate that may do everything, as user "certified". */
  certificate(): Promise<{ cert: string; key: string }>;
  /** Writes a kubeconfig and answers its path. */
  kubeconfig(user: PlaneUser): Promise<string>;
  /** Starts kube-controller-manager when it does not run yet. */
  startControllerManager(): Promise<void>;
  /** The audit log of the operators, one JSON text a request; not there without `auditLog`. */
  readonly auditFile: string;
}

export interface ControlPlaneOptions {
  readonly auditLog?: boolean | undefined;
}

export type ControlPlaneAnswer =
  | { readonly kind: "ready"; readonly plane: ControlPlane }
  | { readonly kind: "skip"; readonly reason: string };

/**
 * The control plane that all test files of this process share; the first call starts it (some seconds), and it ends with
 * the process, however that ends. Objects of tests live in namespaces of their own.
 *
 * Without KUBEBUILDER_ASSETS: a reason to skip, or an error where CI is "true".
 */
export async function requireControlPlane(): Promise<ControlPlaneAnswer> {
  const assets = Deno.env.get("KUBEBUILDER_ASSETS");
  if (assets === undefined || assets === "") {
    const reason = "KUBEBUILDER_ASSETS does not name a folder with etcd and kube-apiserver";
    if (Deno.env.get("CI") === "true") throw new Error(reason);
    return { kind: "skip", reason };
  }
  const directory = join(tempRoot(), `control-plane-${Deno.pid}`);
  return { kind: "ready", plane: planeOf(await sharedState(assets, directory), assets) };
}

/** A control plane of one's own, for tests that break it. `stop` ends it and waits until its directory is gone. */
export async function startControlPlane(
  options: ControlPlaneOptions = {},
): Promise<ControlPlane & { stop(): Promise<void> }> {
  const assets = Deno.env.get("KUBEBUILDER_ASSETS") ?? "";
  const directory = await Deno.makeTempDir({ prefix: "control-plane-own-" });
  const owner = Deno.pid;
  const state = await startProcesses({ assets, directory, owner, auditLog: options.auditLog ?? false });
  return { ...planeOf(state, assets), stop: () => stop(directory) };
}

async function sharedState(assets: string, directory: string): Promise<PlaneState> {
  const file = join(directory, "state.json");
  if (await makeDirectory(directory)) {
    const state = await startProcesses({ assets, directory, owner: Deno.pid, auditLog: true });
    await Deno.writeTextFile(`${file}.new`, JSON.stringify(state));
    await Deno.rename(`${file}.new`, file);
    return state;
  }
  const state = await writtenState(file);
  if (await isRunning(state)) return state;
  await Deno.remove(directory, { recursive: true });
  return await sharedState(assets, directory);
}

/** What another test file of this process is about to write. */
async function writtenState(file: string): Promise<PlaneState> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    const text = await Deno.readTextFile(file).catch(() => undefined);
    if (text !== undefined) return JSON.parse(text) as PlaneState;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the shared control plane did not come up; the test file that started it tells why");
}

/** `true` for the one caller that made it. */
async function makeDirectory(path: string): Promise<boolean> {
  try {
    await Deno.mkdir(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

function planeOf(state: PlaneState, assets: string): ControlPlane {
  const { server, etcd, directory } = state;
  const file = (name: string) => join(directory, name);
  const caPem = Deno.readTextFileSync(file(PKI.caCert));
  const kubeconfig = async (user: PlaneUser) => {
    const path = file(`${user}.kubeconfig`);
    await Deno.writeTextFile(path, kubeconfigOf(server, user, caPem));
    return path;
  };
  return {
    server,
    etcd,
    caPem,
    credentials: (user) => fixedCredentials({ server, token: user, tls: { caCerts: [caPem] } }),
    certificate: async () => ({
      cert: await Deno.readTextFile(file(PKI.clientCert)),
      key: await Deno.readTextFile(file(PKI.clientKey)),
    }),
    kubeconfig,
    startControllerManager: async () => {
      if (!await makeDirectory(file("controller-manager"))) return;
      const flags = controllerManagerFlags(directory, await kubeconfig("kcm"));
      const command = [join(assets, "kube-controller-manager"), ...flags];
      await startProgram(directory, "kube-controller-manager", command);
    },
    auditFile: file("audit.jsonl"),
  };
}

function controllerManagerFlags(directory: string, kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    "--leader-elect=false",
    `--service-account-private-key-file=${join(directory, PKI.serviceAccountKey)}`,
    `--root-ca-file=${join(directory, PKI.caCert)}`,
    "--secure-port=0",
    "--controllers=*,-nodeipam,-nodelifecycle,-cloud-node-lifecycle,-route,-service-lb-controller," +
    "-attachdetach,-persistentvolume-binder",
  ];
}

function kubeconfigOf(server: string, user: PlaneUser, caPem: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "certificate-authority-data": btoa(caPem) } }],
    users: [{ name: user, user: { token: user } }],
    contexts: [{ name: "test", context: { cluster: "test", user } }],
    "current-context": "test",
  });
}

async function stop(directory: string): Promise<void> {
  await Deno.writeTextFile(join(directory, "stop"), "");
  while (await Deno.stat(directory).then(() => true, () => false)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function tempRoot(): string {
  return Deno.env.get("TMPDIR") ?? "/tmp";
}

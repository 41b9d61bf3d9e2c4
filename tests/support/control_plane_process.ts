import { join } from "node:path";
import { freePort, run } from "./databases_process.ts";
import { makePki, PKI } from "./control_plane_pki.ts";

/** What a started control plane leaves in its directory, for every test file of the process. */
export interface PlaneState {
  readonly server: string;
  readonly etcd: string;
  readonly directory: string;
}

/** Ends what `*.pid` files name when the owner is gone or `stop` exists, and removes the directory. */
const SUPERVISOR = `
trap '' HUP INT TERM
cd "$1" || exit 1
while kill -0 "$2" 2>/dev/null && [ ! -e stop ]; do sleep 0.2; done
for f in *.pid; do [ -e "$f" ] && kill "$(cat "$f")" 2>/dev/null; done
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  alive=
  for f in *.pid; do [ -e "$f" ] && kill -0 "$(cat "$f")" 2>/dev/null && alive=1; done
  [ -z "$alive" ] && break
  sleep 0.2
done
for f in *.pid; do [ -e "$f" ] && kill -9 "$(cat "$f")" 2>/dev/null; done
cd / && rm -rf "$1"
`;

interface PlaneOptions {
  readonly assets: string;
  readonly directory: string;
  readonly owner: number;
  readonly auditLog: boolean;
}

/** Starts etcd and kube-apiserver in `directory` for the process `owner`; with its end they end too. */
export async function startProcesses(at: PlaneOptions): Promise<PlaneState> {
  const { directory } = at;
  await makePki(directory);
  await Deno.writeTextFile(join(directory, "tokens.csv"), TOKENS);
  await Deno.writeTextFile(join(directory, "audit.yaml"), AUDIT_POLICY);
  await background(["sh", "-c", SUPERVISOR, "supervisor", directory, String(at.owner)]);
  const etcd = await onFreePort(() => startEtcd(at));
  return { server: await onFreePort(() => startApiServer(at, etcd)), etcd, directory };
}

/** A port that is free when it is picked may be taken a moment later; another is tried then. */
async function onFreePort(start: () => Promise<string>): Promise<string> {
  for (let attempt = 1;; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

async function startEtcd({ assets, directory }: PlaneOptions): Promise<string> {
  const etcd = `http://127.0.0.1:${freePort()}`;
  await startProgram(directory, "etcd", [join(assets, "etcd"), ...etcdFlags(directory, etcd)]);
  await until("etcd", directory, async () => (await fetchText(`${etcd}/health`)).includes("true"));
  return etcd;
}

async function startApiServer({ assets, directory, auditLog }: PlaneOptions, etcd: string): Promise<string> {
  const port = freePort();
  const server = `https://127.0.0.1:${port}`;
  await startProgram(directory, "kube-apiserver", [
    join(assets, "kube-apiserver"),
    ...apiServerFlags(directory, etcd, port),
    ...(auditLog ? [`--audit-policy-file=${directory}/audit.yaml`, ...AUDIT_FLAGS(directory)] : []),
  ]);
  using http = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(join(directory, PKI.caCert))] });
  await until("kube-apiserver", directory, async () => {
    return await fetchText(`${server}/readyz`, { http, token: "admin" }) === "ok";
  });
  return server;
}

/** Runs a program and leaves its output in `NAME.log`, its process id in `NAME.pid` and at its end its code in `NAME.exit`. */
const RUNNER = `
directory=$1 name=$2
shift 2
"$@" </dev/null >>"$directory/$name.log" 2>&1 &
echo $! >"$directory/$name.pid"
wait $!
[ -d "$directory" ] && echo $? >"$directory/$name.exit"
`;

/** Starts a program in the background as `RUNNER` says. */
export async function startProgram(
  directory: string,
  name: string,
  command: readonly string[],
): Promise<void> {
  await Deno.remove(join(directory, `${name}.exit`)).catch(() => undefined);
  await background(["sh", "-c", RUNNER, "runner", directory, name, ...command]);
}

/** Polls until `ready` answers true; throws the end of the program's log when it ends or three minutes are over. */
export async function until(name: string, directory: string, ready: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1800; attempt++) {
    if (await ready().catch(() => false)) return;
    if (await Deno.stat(join(directory, `${name}.exit`)).then(() => true, () => false)) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const log = await Deno.readTextFile(join(directory, `${name}.log`)).catch(() => "");
  throw new Error(`${name} did not come up: ${log.slice(-2000)}`);
}

const TOKENS = [
  'admin,admin,1,"system:masters"',
  'operator,operator,2,"system:masters"',
  'kcm,system:kube-controller-manager,3,"system:masters"',
  "plain,plain,4",
  "",
].join("\n");

const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
- level: Request
  verbs: [delete]
  users: [operator, "system:serviceaccount:lynq-system:lynq-controller-manager"]
- level: Metadata
  users: [operator, "system:serviceaccount:lynq-system:lynq-controller-manager"]
- level: None
`;

const AUDIT_FLAGS = (directory: string) => [
  `--audit-log-path=${directory}/audit.jsonl`,
  "--audit-log-mode=blocking",
  // Megabytes until the log is begun anew, and what is in it lost to its readers; 100 unless told.
  "--audit-log-maxsize=100000",
];

function etcdFlags(directory: string, url: string): string[] {
  return [
    `--data-dir=${directory}/etcd`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    "--listen-peer-urls=http://127.0.0.1:0",
    "--unsafe-no-fsync",
  ];
}

function apiServerFlags(directory: string, etcd: string, port: number): string[] {
  const file = (name: string) => join(directory, name);
  return [
    `--etcd-servers=${etcd}`,
    `--secure-port=${port}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    "--endpoint-reconciler-type=none",
    `--tls-cert-file=${file(PKI.serverCert)}`,
    `--tls-private-key-file=${file(PKI.serverKey)}`,
    `--client-ca-file=${file(PKI.caCert)}`,
    `--service-account-key-file=${file(PKI.serviceAccountKey)}`,
    `--service-account-signing-key-file=${file(PKI.serviceAccountKey)}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--token-auth-file=${file("tokens.csv")}`,
    "--authorization-mode=RBAC",
    "--service-cluster-ip-range=10.0.0.0/16",
    "--disable-admission-plugins=ServiceAccount",
    "--max-requests-inflight=3000",
    "--max-mutating-requests-inflight=1000",
  ];
}

/** Starts a command that lives on when this process, or the group of processes it belongs to, is killed. */
async function background(command: readonly string[]): Promise<void> {
  const script = '$(command -v setsid) "$@" </dev/null >/dev/null 2>&1 &';
  await run("sh", ["-c", script, "background", ...command]);
}

/** Whether the processes of this state run; they don't when all of it was killed and its process id was given anew. */
export async function isRunning(state: PlaneState): Promise<boolean> {
  return await fetchText(`${state.etcd}/health`).then(() => true, () => false);
}

async function fetchText(url: string, as?: { http: Deno.HttpClient; token: string }): Promise<string> {
  const response = await fetch(
    url,
    as === undefined ? {} : { client: as.http, headers: { authorization: `Bearer ${as.token}` } },
  );
  return await response.text();
}

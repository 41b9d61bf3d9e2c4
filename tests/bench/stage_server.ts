import { type Credentials, fixedCredentials } from "../../src/kube/credentials.ts";
import { type SeenRequest, startSandbox } from "../../src/sandbox/mod.ts";
import { startControlPlane } from "../support/control_plane.ts";
import { AuditLog } from "./api_audit.ts";

/** The API server of a stage. */
export interface BenchServer {
  readonly name: string;
  /** May do everything. */
  readonly credentials: Credentials;
  readonly url: string;
  readonly caPem: string | undefined;
  readonly kubeconfig: string;
  /** Requests of the operator so far by verb and resource, `patch configmaps`. */
  requests(): Promise<ReadonlyMap<string, number>>;
  stop(): Promise<void>;
}

/** Why there can be no real one here; undefined where there can. */
export function whyNoRealServer(): string | undefined {
  return (Deno.env.get("KUBEBUILDER_ASSETS") ?? "") === "" ? "KUBEBUILDER_ASSETS is not set" : undefined;
}

export async function realServer(): Promise<BenchServer> {
  const plane = await startControlPlane({ auditLog: true });
  const log = new AuditLog(plane.auditFile);
  return {
    name: "kube-apiserver and etcd",
    credentials: plane.credentials("admin"),
    url: plane.server,
    caPem: plane.caPem,
    kubeconfig: await plane.kubeconfig("operator"),
    requests: () => log.requests(),
    stop: () => plane.stop(),
  };
}

/** The agent that the operator names in its requests. */
const OPERATOR = "lynq-operator";

export async function sandboxServer(): Promise<BenchServer> {
  const counts = new Map<string, number>();
  const onRequest = (request: SeenRequest) => {
    const what = describe(request);
    if (request.userAgent !== OPERATOR || what === undefined) return;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  };
  const sandbox = await startSandbox({ onRequest });
  const kubeconfig = await Deno.makeTempFile({ prefix: "lynq-bench-", suffix: ".kubeconfig" });
  await Deno.writeTextFile(kubeconfig, sandbox.kubeconfig());
  return {
    name: "the sandbox, an API server in the process that measures",
    credentials: fixedCredentials({ server: sandbox.url }),
    url: sandbox.url,
    caPem: undefined,
    kubeconfig,
    requests: () => Promise.resolve(new Map(counts)),
    stop: async () => {
      await sandbox.stop();
      await Deno.remove(kubeconfig);
    },
  };
}

const VERBS: Readonly<Record<string, string>> = {
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** As an audit log names it; undefined for a watch and for a Lease. */
function describe({ method, path, query }: SeenRequest): string | undefined {
  const [, rest] = /^\/(?:api\/[^/]+|apis\/[^/]+\/[^/]+)\/(.+)$/.exec(path) ?? [];
  if (rest === undefined) return `get ${path}`;
  const [plural = "", name, subresource] = rest.replace(/^namespaces\/[^/]+\/(?=.)/, "").split("/");
  if (query.has("watch") || plural === "leases") return undefined;
  const verb = VERBS[method] ?? (name === undefined ? "list" : "get");
  return `${verb} ${subresource === undefined ? plural : `${plural}/${subresource}`}`;
}

import { dirname, join } from "node:path";
import { parseAllDocuments } from "yaml";
import { type ClusterObjects, until } from "./cluster_objects.ts";
import type { ControlPlane } from "./control_plane.ts";

const NAMESPACE = "lynq-system";
const MANAGER = "lynq-controller-manager";

/** Applies install.yaml without its Deployment, and waits until the manager's role is summed up. */
export async function install(objects: ClusterObjects): Promise<void> {
  const text = await Deno.readTextFile(new URL("../../manifests/install.yaml", import.meta.url));
  const documents = parseAllDocuments(text).filter((document) => document.get("kind") !== "Deployment");
  await objects.apply(documents.map(String).join("\n---\n"));
  await until("the manager's role to be summed up", async () => {
    const apiVersion = "rbac.authorization.k8s.io/v1";
    const role = await objects.get({ apiVersion, kind: "ClusterRole", name: "lynq-manager-role" });
    const summed = JSON.stringify(role?.["rules"] ?? []);
    return ["lynqhubs", "deployments"].every((plural) => summed.includes(`"${plural}"`));
  });
}

/** Where things are installed, and as whom. */
export interface InstallOn {
  readonly plane: ControlPlane;
  readonly objects: ClusterObjects;
  /** The Pod that the account's token is bound to, made where there is none: the API server's audit names it. */
  readonly pod?: string | undefined;
}

/** The shipped roles and account, as a kubeconfig of that account. Its path. */
export async function installedAccount({ plane, objects, pod }: InstallOn): Promise<string> {
  await install(objects);
  return await (pod === undefined ? managerKubeconfig(plane) : podKubeconfig({ plane, objects, pod }));
}

/** A kubeconfig of the shipped ServiceAccount as one Pod of its Deployment has it. Its path. */
export async function podKubeconfig(
  { plane, objects, pod: name }: InstallOn & { readonly pod: string },
): Promise<string> {
  const which = { apiVersion: "v1", kind: "Pod", namespace: NAMESPACE, name };
  const { apiVersion, kind, ...metadata } = which;
  await objects.apply(JSON.stringify({ apiVersion, kind, metadata, spec: await shippedPod() }));
  const uid = (await objects.get(which))?.metadata.uid ?? "";
  return await managerKubeconfig(plane, { name, uid });
}

/** The Lease of the shipped operator. */
export const LEADER_LEASE = {
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  namespace: NAMESPACE,
  name: "f2130106.lynq.sh",
};

/** Kinds of one group. */
export interface GrantedKinds {
  readonly group: string;
  readonly plurals: readonly string[];
}

const RBAC = "rbac.authorization.k8s.io/v1";
const roleOf = (namespace: string) => `lynq-test-${namespace}`;

/** Adds kinds to the manager's role, by a ClusterRole of the test in this namespace, and waits until they are summed up. */
export async function grantKinds(
  objects: ClusterObjects,
  { namespace, kinds }: { namespace: string; kinds: readonly GrantedKinds[] },
): Promise<void> {
  if (kinds.length === 0) return;
  const rules = kinds.map(({ group, plurals }) => ({
    apiGroups: [group],
    resources: plurals,
    verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
  }));
  await objects.apply(JSON.stringify({
    apiVersion: RBAC,
    kind: "ClusterRole",
    metadata: { name: roleOf(namespace), labels: { "lynq.sh/aggregate-to-manager": "true" } },
    rules,
  }));
  await until("the kinds to be summed up", async () => {
    const role = await objects.get({ apiVersion: RBAC, kind: "ClusterRole", name: "lynq-manager-role" });
    const summed = JSON.stringify(role?.["rules"] ?? []);
    return kinds.every(({ plurals }) => plurals.every((plural) => summed.includes(`"${plural}"`)));
  });
}

/**
 * Takes from the manager, until it is installed again, what an operator doesn't need that acts for accounts alone: of the
 * kinds of forms only looking and marking are left, and making Secrets with kept values.
 */
export async function actForAccountsOnly(objects: ClusterObjects): Promise<void> {
  const name = "lynq-manager-tenant-kinds-role";
  const whole = await objects.get({ apiVersion: RBAC, kind: "ClusterRole", name });
  const rules = (whole?.["rules"] as { resources: readonly string[] }[]).map((rule) => ({
    ...rule,
    verbs: ["get", "list", "watch", "patch"],
  }));
  const seeds = { apiGroups: [""], resources: ["secrets"], verbs: ["create"] };
  await objects.apply(JSON.stringify({
    apiVersion: RBAC,
    kind: "ClusterRole",
    metadata: { name, labels: whole?.metadata.labels },
    rules: [...rules, seeds],
  }));
  await until("the manager to be left with these", async () => {
    const role = await objects.get({ apiVersion: RBAC, kind: "ClusterRole", name: "lynq-manager-role" });
    const summed = (role?.["rules"] ?? []) as { resources?: readonly string[]; verbs: readonly string[] }[];
    return !summed.some(({ resources, verbs }) =>
      resources?.includes("configmaps") && verbs.includes("delete")
    );
  });
}

export async function revokeKinds(objects: ClusterObjects, namespace: string): Promise<void> {
  await objects.remove({ apiVersion: RBAC, kind: "ClusterRole", name: roleOf(namespace) });
}

/** The flags of the shipped Deployment that say what it does, not where it serves. */
export async function shippedRole(): Promise<readonly string[]> {
  const flags = await shippedFlags({ metrics: 0, health: 0 });
  return flags.filter((flag) => !/-bind-address=/.test(flag));
}

interface PodSpec {
  readonly containers: readonly { readonly args: readonly string[] }[];
}

/** The Pod of the shipped Deployment. */
async function shippedPod(): Promise<PodSpec> {
  const text = await Deno.readTextFile(new URL("../../manifests/install.yaml", import.meta.url));
  const deployment = parseAllDocuments(text).find((document) => document.get("kind") === "Deployment");
  return (deployment?.toJS() as { spec: { template: { spec: PodSpec } } }).spec.template.spec;
}

/** The flags of the shipped Deployment, in their order; addresses and databases are the test's. */
export async function shippedFlags(ports: { metrics: number; health: number }): Promise<readonly string[]> {
  const args = (await shippedPod()).containers[0]?.args ?? [];
  return args.filter((arg) => !arg.startsWith("--source-hosts=")).map((arg) =>
    arg.replace("metrics-bind-address=:8443", `metrics-bind-address=127.0.0.1:${ports.metrics}`)
      .replace("probe-bind-address=:8081", `probe-bind-address=127.0.0.1:${ports.health}`)
  );
}

/** The Pod that a token is for. */
interface BoundTo {
  readonly name: string;
  readonly uid: string;
}

/** A token of a ServiceAccount of the operator's namespace, by TokenRequest. */
export async function accountToken(plane: ControlPlane, account = MANAGER, pod?: BoundTo): Promise<string> {
  using client = Deno.createHttpClient({ caCerts: [plane.caPem] });
  const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${account}/token`;
  const boundTo = pod === undefined ? {} : { boundObjectRef: { apiVersion: "v1", kind: "Pod", ...pod } };
  const response = await fetch(plane.server + path, {
    client,
    method: "POST",
    headers: { authorization: "Bearer admin", "content-type": "application/json" },
    body: JSON.stringify({
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: 3600, ...boundTo },
    }),
  });
  const body = await response.json() as { status?: { token?: string }; message?: string };
  const token = body.status?.token;
  if (token === undefined) throw new Error(`no token for ${account}: ${response.status} ${body.message}`);
  return token;
}

/** A kubeconfig of the shipped ServiceAccount and nothing else, which goes with the control plane. Its path. */
export async function managerKubeconfig(plane: ControlPlane, pod?: BoundTo): Promise<string> {
  const path = join(dirname(await plane.kubeconfig("plain")), `${pod?.name ?? MANAGER}.kubeconfig`);
  const token = await accountToken(plane, MANAGER, pod);
  await Deno.writeTextFile(
    path,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{
        name: "test",
        cluster: { server: plane.server, "certificate-authority-data": btoa(plane.caPem) },
      }],
      users: [{ name: MANAGER, user: { token } }],
      contexts: [{ name: "test", context: { cluster: "test", user: MANAGER, namespace: NAMESPACE } }],
      "current-context": "test",
    }),
  );
  return path;
}

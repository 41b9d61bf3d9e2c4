import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { CRD, FORM, HUB, NAMESPACE, NODE, REVISION } from "../src/operator/kinds.ts";

const MANIFESTS = new URL("../manifests/", import.meta.url);

interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly rules?: readonly PolicyRule[];
  readonly spec?: unknown;
}

interface PodTemplate {
  readonly spec: {
    readonly securityContext: unknown;
    readonly containers: readonly {
      readonly args: readonly string[];
      readonly command: readonly string[];
      readonly resources: unknown;
      readonly securityContext: unknown;
    }[];
  };
}

const installText = await Deno.readTextFile(new URL("install.yaml", MANIFESTS));
const install = parseAllDocuments(installText).map((document) => document.toJS() as Manifest);

const hasKubectl = await new Deno.Command("kubectl", { args: ["version", "--client"] }).output()
  .then(({ success }) => success, () => false);

/** What the manager may do: the roles that are summed up by their label. */
const managerRules = install
  .filter(({ metadata }) => metadata.labels?.["lynq.sh/aggregate-to-manager"] === "true")
  .flatMap(({ rules }) => rules ?? []);

Deno.test({
  name: "install.yaml is what kustomize builds" + (hasKubectl ? "" : " (skipped: no kubectl here)"),
  ignore: !hasKubectl && Deno.env.get("CI") !== "true",
  fn: async () => {
    const command = new Deno.Command("kubectl", { args: ["kustomize", MANIFESTS.pathname] });
    const { success, stdout, stderr } = await command.output();
    assert.ok(success, new TextDecoder().decode(stderr));
    assert.equal(installText, new TextDecoder().decode(stdout));
  },
});

Deno.test("no rule of the operator has a wildcard, or a verb that raises its own rights", () => {
  const rules = install.filter(({ kind }) => kind === "ClusterRole" || kind === "Role").flatMap(({ rules }) =>
    rules ?? []
  );
  const words = rules.flatMap((
    { apiGroups = [], resources = [], verbs },
  ) => [...apiGroups, ...resources, ...verbs]);
  assert.ok(rules.length > 10);
  for (const word of ["*", "escalate", "bind", "pods/exec", "clusterroles", "nodes"]) {
    assert.ok(!words.includes(word), `a rule has ${word}`);
  }
  const pods = rules.filter(({ resources = [] }) => resources.includes("pods"));
  assert.deepEqual(pods.flatMap(({ verbs }) => verbs), ["list"]);
});

Deno.test("whom the operator may act for is said by a role of its own, that is bound to nothing as shipped", () => {
  const acting = install.filter(({ rules }) => rules?.some(({ verbs }) => verbs.includes("impersonate")));
  assert.deepEqual(acting.map(({ kind, metadata, rules }) => [kind, metadata, rules]), [[
    "ClusterRole",
    { name: "lynq-impersonation-role", labels: { "app.kubernetes.io/name": "lynq" } },
    [{ apiGroups: [""], resources: ["serviceaccounts"], verbs: ["impersonate"] }],
  ]]);
  const bound = install.flatMap((each) => (each as { roleRef?: { name: string } }).roleRef?.name ?? []);
  assert.ok(bound.includes("lynq-manager-role"));
  assert.ok(!bound.includes("lynq-impersonation-role"));
});

Deno.test("leases are changed in the operator's namespace only, by name but for those of shards and replicas", () => {
  const leases = install.filter(({ rules }) => rules?.some(({ resources }) => resources?.includes("leases")));
  assert.deepEqual(leases.map(({ kind }) => kind), ["Role", "Role"]);
  const changing = leases.flatMap(({ metadata, rules = [] }) =>
    rules.filter(({ verbs }) => verbs.join() !== "create").map(({ resourceNames, verbs }) =>
      [metadata.name, resourceNames, verbs] as const
    )
  );
  assert.deepEqual(changing, [
    ["lynq-leader-election-role", ["f2130106.lynq.sh"], ["get", "update"]],
    ["lynq-shard-leases-role", undefined, ["get", "list", "create", "update", "delete"]],
  ]);
});

Deno.test("the manager's role is empty itself and summed up by label, so that a kind can be added", () => {
  const role = install.find(({ metadata }) => metadata.name === "lynq-manager-role");
  assert.deepEqual((role as unknown as { aggregationRule: unknown }).aggregationRule, {
    clusterRoleSelectors: [{ matchLabels: { "lynq.sh/aggregate-to-manager": "true" } }],
  });
  // An owner of the list would fight the aggregation over it, and refuse the next apply.
  assert.equal(role?.rules, undefined);
});

Deno.test("the manager may watch every kind without which it doesn't start", () => {
  for (const { group, plural } of [HUB, FORM, NODE, REVISION, NAMESPACE, CRD]) {
    for (const verb of ["list", "watch"]) assert(mayManager(group, plural, verb), `${verb} ${plural}`);
  }
});

Deno.test("the manager may write every built-in kind that the samples' forms hold", async () => {
  const plurals: Readonly<Record<string, string>> = {
    "apps Deployment": "deployments",
    "apps StatefulSet": "statefulsets",
    "batch Job": "jobs",
    "networking.k8s.io Ingress": "ingresses",
    " Namespace": "namespaces",
    " PersistentVolumeClaim": "persistentvolumeclaims",
    " ResourceQuota": "resourcequotas",
    " Secret": "secrets",
    " Service": "services",
  };
  const seen = new Set<string>();
  for (const spec of await formSpecs()) {
    const group = spec.apiVersion.includes("/") ? spec.apiVersion.split("/")[0] ?? "" : "";
    if (group.endsWith("crossplane.io")) continue;
    const plural = plurals[`${group} ${spec.kind}`] ?? `no plural known of ${group} ${spec.kind}`;
    seen.add(plural);
    for (const verb of ["get", "list", "watch", "create", "patch", "delete"]) {
      assert.ok(mayManager(group, plural, verb), `${verb} ${plural}.${group}`);
    }
  }
  assert.deepEqual([...seen].toSorted(), Object.values(plurals).toSorted());
});

function mayManager(group: string, resource: string, verb: string): boolean {
  return managerRules.some((rule) =>
    rule.apiGroups?.includes(group) && rule.resources?.includes(resource) && rule.verbs.includes(verb)
  );
}

/** The objects inside every form of the samples. */
async function formSpecs(): Promise<{ apiVersion: string; kind: string }[]> {
  const found: { apiVersion: string; kind: string }[] = [];
  const samples = new URL("samples/", MANIFESTS);
  for await (const folder of Deno.readDir(samples)) {
    if (!folder.isDirectory) continue;
    for await (const file of Deno.readDir(new URL(`${folder.name}/`, samples))) {
      if (!file.name.startsWith("form")) continue;
      const text = await Deno.readTextFile(new URL(`${folder.name}/${file.name}`, samples));
      const form = parseAllDocuments(text)[0]?.toJS() as { spec: Readonly<Record<string, unknown>> };
      const entries = Object.values(form.spec).filter((value) => Array.isArray(value)).flat();
      found.push(...entries.map((entry) => (entry as { spec: { apiVersion: string; kind: string } }).spec));
    }
  }
  return found;
}

Deno.test("the pod keeps to Pod Security 'restricted', with a read-only root and limits", () => {
  const namespace = install.find(({ kind }) => kind === "Namespace");
  assert.equal(namespace?.metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
  const deployment = install.find(({ kind }) => kind === "Deployment")?.spec as { template: PodTemplate };
  const { securityContext, containers } = deployment.template.spec;
  assert.deepEqual(securityContext, {
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    seccompProfile: { type: "RuntimeDefault" },
  });
  assert.equal(containers.length, 1);
  assert.deepEqual(containers[0]?.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  assert.deepEqual(Object.keys(containers[0]?.resources ?? {}).toSorted(), ["limits", "requests"]);
});

Deno.test("names and arguments are those that a cluster moves over with", () => {
  const names = (kind: string) =>
    install.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);
  assert.deepEqual(names("Deployment"), ["lynq-controller-manager"]);
  assert.deepEqual(names("ServiceAccount"), ["lynq-controller-manager"]);
  assert.deepEqual(names("Service"), ["lynq-controller-manager-metrics-service"]);
  assert.deepEqual(names("CustomResourceDefinition"), []);
  const deployment = install.find(({ kind }) => kind === "Deployment")?.spec as { template: PodTemplate };
  const [manager] = deployment.template.spec.containers;
  assert.deepEqual(manager?.command, ["/manager"]);
  assert.deepEqual(manager?.args.slice(0, 3), [
    "--metrics-bind-address=:8443",
    "--leader-elect",
    "--health-probe-bind-address=:8081",
  ]);
});

import { until } from "../support/cluster_objects.ts";
import { clusterObjects } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { clusterTest } from "../support/control_plane_case.ts";
import { installKinds } from "../support/operator_lab.ts";
import {
  applyPolicies,
  type KubectlCase,
  PolicyKubectl,
  removePolicies,
  SHIPPED_ACCOUNT,
} from "../support/policy_lab.ts";

const answer = await requireControlPlane();
const PERSON = "jane";
const COLLECTOR = "system:serviceaccount:kube-system:generic-garbage-collector";
const API = "operator.lynq.sh/v1";

/** What RBAC lets a person do who works with hubs, forms and nodes, and may lend one account; the same for the others here. */
const ROLE = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: lynq-author}
rules:
- {apiGroups: [operator.lynq.sh], resources: ["*"], verbs: ["*"]}
- {apiGroups: [""], resources: [serviceaccounts], resourceNames: [lent], verbs: [impersonate]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: lynq-author}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: lynq-author}
subjects:
${[PERSON, SHIPPED_ACCOUNT, COLLECTOR].map((name) => `- {kind: User, name: "${name}"}`).join("\n")}
`;

function hub(name: string, account?: string, table = "tenants"): string {
  const lent = account === undefined ? "" : `  serviceAccountName: ${account}\n`;
  return `
apiVersion: ${API}
kind: LynqHub
metadata: {name: ${name}}
spec:
  source: {type: sqlite, sqlite: {path: /nowhere/rows.db, table: ${table}}}
  valueMappings: {uid: id, activate: active}
${lent}`;
}

function form(name: string, of: string, value = "a"): string {
  return `
apiVersion: ${API}
kind: LynqForm
metadata: {name: ${name}}
spec:
  hubId: ${of}
  configMaps:
  - {id: config, nameTemplate: "{{ .uid }}", spec: {apiVersion: v1, kind: ConfigMap, data: {value: ${value}}}}
`;
}

function node(name: string, metadata = "", spec = ""): string {
  return `
apiVersion: ${API}
kind: LynqNode
metadata: {name: ${name}${metadata}}
spec: {uid: acme, templateRef: web${spec}}
`;
}

const OF_HUB = ', labels: {lynq.sh/hub: tenants, lynq.sh/uid: acme, lynq.sh/bucket: "7"}';
const OWNER = (uid: string) =>
  `, ownerReferences: [{apiVersion: ${API}, kind: LynqHub, name: tenants, uid: ${uid}, controller: true}]`;

const patch = (name: string, body: string, ...more: string[]) =>
  ["patch", "lynqnode", name, "--type=merge", "-p", body, ...more] as const;
const create = ["create", "-f", "-"];
const apply = ["apply", "--server-side", "-f", "-"];

/** What is refused to everybody but the operator. */
function guarded(as: string | undefined, uid: string): KubectlCase[] {
  const who = as ?? "an administrator";
  const spec =
    /spec of LynqNode acme-web comes from a row of LynqHub tenants and from LynqForm web: change the row/;
  const found = /operator finds LynqNode acme-web of LynqHub tenants by its owner and the labels/;
  const made = /LynqNode forged has the label or the owner of LynqHub tenants/;
  const cases = [
    ["makes no node with a hub's label", create, made, node("forged", OF_HUB)],
    ["makes no node with a hub's owner", create, made, node("forged", OWNER(uid))],
    ["changes no value", patch("acme-web", '{"spec":{"values":{"plan":"x"}}}'), spec],
    ["changes no resource", patch("acme-web", '{"spec":{"configMaps":[]}}'), spec],
    ["sets no pause in the spec", patch("acme-web", '{"spec":{"paused":true}}'), /lynq\.sh\/paused=true/],
    ["applies no spec", [...apply, "--force-conflicts"], spec, node("acme-web", "", ", values: {plan: x}")],
    ["changes no tracking label", ["label", "lynqnode", "acme-web", "lynq.sh/uid=b", "--overwrite"], found],
    ["takes no tracking label off", ["label", "lynqnode", "acme-web", "lynq.sh/hub-"], found],
    ["adds no tracking label", ["label", "lynqnode", "acme-web", "lynq.sh/form=b"], found],
    ["takes no owner off", patch("acme-web", '{"metadata":{"ownerReferences":null}}'), found],
    [
      "writes no status",
      patch("acme-web", '{"status":{"resources":[]}}', "--subresource=status"),
      /status of LynqNode acme-web is what the operator saw and applied/,
    ],
    [
      "gives no hub's label to a node by hand",
      ["label", "lynqnode", "by-hand", "lynq.sh/hub=tenants"],
      /by-hand/,
    ],
  ] as const;
  return cases.map(([title, args, refused, input]) => ({
    title: `${who} ${title}`,
    args,
    refused,
    ...(as === undefined ? {} : { as }),
    ...(input === undefined ? {} : { input }),
  }));
}

/** What anybody may do who has the right to. */
const FREE: readonly KubectlCase[] = ([
  ["pauses by annotation", ["annotate", "lynqnode", "acme-web", "lynq.sh/paused=true"]],
  ["goes on", ["annotate", "lynqnode", "acme-web", "lynq.sh/paused-"]],
  ["asks for a resource anew", ["annotate", "lynqnode", "acme-web", "lynq.sh/recreate=config"]],
  ["sets a label of their own", ["label", "lynqnode", "acme-web", "team=blue"]],
  ["changes nothing", patch("acme-web", '{"spec":{"uid":"acme"}}')],
  ["adds a finalizer", patch("acme-web", '{"metadata":{"finalizers":["lynq.test/mine"]}}')],
  ["deletes", ["delete", "lynqnode", "acme-web", "--wait=false"]],
  ["removes the finalizer", patch("acme-web", '{"metadata":{"finalizers":null}}')],
  ["makes a node by hand", create, node("second")],
  ["changes its spec", patch("second", '{"spec":{"values":{"plan":"x"},"paused":true}}')],
  ["changes its labels", ["label", "lynqnode", "second", "lynq.sh/uid=acme"]],
  ["writes its status", patch("second", '{"status":{"observedGeneration":1}}', "--subresource=status")],
  ["deletes it", ["delete", "lynqnode", "second"]],
] as const).map(([title, args, input]) => ({
  title: `a person ${title}`,
  as: PERSON,
  args,
  ...(input === undefined ? {} : { input }),
}));

const OPERATOR: readonly KubectlCase[] = [
  { title: "a spec", args: patch("acme-web", '{"spec":{"values":{"plan":"y"}}}') },
  {
    title: "a status",
    args: patch("acme-web", '{"status":{"observedGeneration":1}}', "--subresource=status"),
  },
  { title: "a label", args: ["label", "lynqnode", "acme-web", "lynq.sh/bucket=8", "--overwrite"] },
].map((each) => ({ ...each, title: `the operator writes ${each.title}`, as: SHIPPED_ACCOUNT }));

const COLLECTED: readonly KubectlCase[] = [
  {
    title: "the garbage collector changes no spec",
    as: COLLECTOR,
    args: patch("left-web", '{"spec":{"values":{"plan":"x"}}}'),
    refused: /spec of LynqNode left-web/,
  },
  {
    title: "the garbage collector takes the owner off",
    as: COLLECTOR,
    args: patch("left-web", '{"metadata":{"ownerReferences":null,"labels":{"lynq.sh/hub":null}}}'),
  },
  {
    title: "and it is anybody's then",
    as: PERSON,
    args: patch("left-web", '{"spec":{"values":{"plan":"x"}}}'),
  },
];

const UNLEND = ["patch", "lynqhub", "strange", "--type=merge", "-p", '{"spec":{"serviceAccountName":null}}'];
const NOT_LENT = /act(s|ed) as the ServiceAccount deployer, which jane may not use/;

/** Hubs, forms and nodes that act as an account: `lent` may be used by the person, `deployer` may not. */
const ACCOUNTS: readonly KubectlCase[] = ([
  ["makes no hub with another's account", create, hub("lender", "deployer"), NOT_LENT],
  ["makes a hub with their own account", create, hub("own", "lent")],
  ["makes a hub without account", create, hub("plain")],
  ["gives it no account of another's", [...apply], hub("plain", "deployer"), NOT_LENT],
  ["takes no account from another's hub", UNLEND, "", NOT_LENT],
  [
    "reads no other table with it",
    [...apply, "--force-conflicts"],
    hub("strange", "deployer", "other"),
    NOT_LENT,
  ],
  ["pauses that hub", ["annotate", "lynqhub", "strange", "lynq.sh/paused=true"]],
  ["makes no form for that hub", create, form("intruder", "strange"), /LynqHub strange acts as .* deployer/],
  [
    "changes no form of that hub",
    [...apply, "--force-conflicts"],
    form("web", "strange", "b"),
    /LynqForm web/,
  ],
  ["labels a form of that hub", ["label", "lynqform", "web", "team=blue"]],
  ["makes a form for their own hub", create, form("mine", "own")],
  ["makes a form for a hub that is not there", create, form("early", "later")],
  ["makes no node by hand with it", create, node("lending", "", ", serviceAccountName: deployer"), NOT_LENT],
  ["makes a node by hand with their own", create, node("owning", "", ", serviceAccountName: lent")],
] as const).map(([title, args, input, refused]) => ({
  title: `a person ${title}`,
  as: PERSON,
  args,
  ...(input === undefined ? {} : { input }),
  ...(refused === undefined ? {} : { refused }),
}));

clusterTest(
  answer,
  "what manifests/policy refuses and lets through",
  async ({ plane, client, namespace }) => {
    await plane.startControllerManager();
    const objects = clusterObjects(client);
    const kubectl = new PolicyKubectl(plane, namespace);
    const admin = (input: string) => kubectl.check({ title: "", args: create, input });
    await installKinds(objects);
    const kinds = ["get", "lynqhubs,lynqforms,lynqnodes"];
    await until("kubectl to find the kinds", async () => (await kubectl.run({ args: kinds })).ok);
    await objects.apply(await Deno.readTextFile(new URL("../../manifests/namespace.yaml", import.meta.url)));
    await admin([ROLE, hub("tenants"), hub("strange", "deployer"), form("web", "strange")].join("\n---\n"));
    const made = await objects.get({ apiVersion: API, kind: "LynqHub", namespace, name: "tenants" });
    const uid = made?.metadata.uid ?? "";
    for (const name of ["acme-web", "left-web"]) await admin(node(name, OF_HUB + OWNER(uid)));
    await admin(node("by-hand"));
    try {
      // The API server has to take them up again, too.
      await applyPolicies({ plane, objects });
      await removePolicies({ plane, objects });
      await applyPolicies({ plane, objects });
      const probes = [
        { as: PERSON, input: node("forged", OF_HUB) },
        { as: PERSON, input: hub("lender", "deployer") },
        { as: PERSON, input: form("intruder", "strange") },
      ];
      for (const probe of probes) {
        await until("the policy to be in force", async () => {
          const { ok, text } = await kubectl.run({ ...probe, args: [...create, "--dry-run=server"] });
          return !ok && /operator alone|may not use/.test(text);
        });
      }
      const admins = ["an administrator"].map(() => undefined);
      const all = [PERSON, ...admins].flatMap((as) => guarded(as, uid));
      for (const each of [...all, ...OPERATOR, ...COLLECTED, ...FREE, ...ACCOUNTS]) {
        await kubectl.check(each).catch((cause) => {
          throw new Error(`${each.title}: ${cause instanceof Error ? cause.message : cause}`, { cause });
        });
      }
      const gone = { apiVersion: "v1", kind: "Namespace", name: namespace };
      await objects.remove(gone);
      await until(
        "the namespace controller to delete all",
        async () => await objects.get(gone) === undefined,
      );
    } finally {
      await removePolicies({ plane, objects });
    }
  },
);

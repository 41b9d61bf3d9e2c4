import assert from "node:assert/strict";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { freePort } from "../support/databases_process.ts";
import { install, managerKubeconfig, shippedFlags } from "../support/installed_account.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { applyPolicies, PolicyKubectl, removePolicies, SHIPPED_ACCOUNT } from "../support/policy_lab.ts";
import { CONFIG, form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";
const SPEC = ["patch", "lynqnode", "beta-web", "--type=merge", "-p", '{"spec":{"values":{"plan":"forged"}}}'];

const kubectl = (lab: OperatorLab) => new PolicyKubectl(lab.plane, lab.namespace);
const node = ({ namespace }: OperatorLab, name: string) => ({
  apiVersion: API,
  kind: "LynqNode",
  namespace,
  name,
});

async function planOf({ objects, namespace }: OperatorLab, uid: string): Promise<string | undefined> {
  const config = await objects.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name: `${uid}-config` });
  return (config?.["data"] as { plan?: string } | undefined)?.plan;
}

async function planIs(lab: OperatorLab, uid: string, plan: string | undefined): Promise<void> {
  await until(`${uid} to have ${plan}`, async () => await planOf(lab, uid) === plan);
}

/** Whether an administrator may write a node of a hub, by dry run. */
async function mayForge(lab: OperatorLab): Promise<boolean> {
  return (await kubectl(lab).run({ args: [...SPEC, "--dry-run=server"] })).ok;
}

async function inForce(lab: OperatorLab): Promise<void> {
  await until("the guard to be in force", async () => !await mayForge(lab));
}

/** What the API server refused the operator, as its log has it. */
function refusals({ operator }: OperatorLab): string[] {
  return operator.lines.filter((line) => /forbidden|denied request/i.test(line));
}

/** The version of everything that the operator writes here. */
async function versions({ objects, namespace }: OperatorLab): Promise<string[]> {
  const kinds = [[API, "LynqHub"], [API, "LynqForm"], [API, "LynqNode"], ["v1", "ConfigMap"], [
    "apps/v1",
    "ControllerRevision",
  ]] as const;
  const lists = await Promise.all(
    kinds.map(([apiVersion, kind]) => objects.list({ apiVersion, kind, namespace })),
  );
  return lists.flat().map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion}`);
}

async function followsRows(lab: OperatorLab): Promise<void> {
  await lab.objects.apply(form(lab, "web", CONFIG) + "---" + hub(lab, { name: "tenants", guard: false }));
  for (const uid of ["acme", "beta", "gone"]) await nodeReady(lab, `${uid}-web`);
  await inForce(lab);
  await lab.db.exec("UPDATE tenants SET plan = 'two' WHERE id = 'acme'");
  await planIs(lab, "acme", "two");
  await lab.objects.apply(form(lab, "web", CONFIG.replace("{{ .plan }}", "new-{{ .plan }}")));
  await planIs(lab, "acme", "new-two");
  await lab.db.exec("DELETE FROM tenants WHERE id = 'gone'");
  await until("the node to be gone", async () => await lab.objects.get(node(lab, "gone-web")) === undefined);
  await planIs(lab, "gone", undefined);
}

async function personsAreHeard(lab: OperatorLab): Promise<void> {
  const person = kubectl(lab);
  assert.match((await person.run({ args: SPEC })).text, /change the row or the form/);
  await person.check({ title: "", args: ["annotate", "lynqnode", "acme-web", "lynq.sh/paused=true"] });
  const paused = (status: string) => async () => {
    const found = (await lab.objects.get(node(lab, "acme-web")))?.["status"] as {
      conditions?: { type: string; status: string }[];
    };
    return found?.conditions?.some((each) => each.type === "Paused" && each.status === status);
  };
  await until("the pause", paused("True"));
  await person.check({ title: "", args: ["annotate", "lynqnode", "acme-web", "lynq.sh/paused-"] });
  await until("its end", paused("False"));
  const before = (await lab.objects.get(node(lab, "acme-web")))?.metadata.uid;
  await person.check({ title: "", args: ["delete", "lynqnode", "acme-web", "--timeout=180s"] });
  await until("a new node", async () => {
    const uid = (await lab.objects.get(node(lab, "acme-web")))?.metadata.uid;
    return uid !== undefined && uid !== before;
  });
  await nodeReady(lab, "acme-web");
  await planIs(lab, "acme", "new-two");
}

async function worksByHand(lab: OperatorLab): Promise<void> {
  const text = (plan: string) => `
apiVersion: ${API}
kind: LynqNode
metadata: {name: mine}
spec:
  uid: hand
  templateRef: none
  configMaps:
  - {id: config, nameTemplate: hand-config, spec: {apiVersion: v1, kind: ConfigMap, data: {plan: ${plan}}}}
`;
  for (const plan of ["first", "second"]) {
    await kubectl(lab).check({ title: "", args: ["apply", "--server-side", "-f", "-"], input: text(plan) });
    await planIs(lab, "hand", plan);
  }
  await kubectl(lab).check({ title: "", args: ["delete", "lynqnode", "mine", "--timeout=180s"] });
  await planIs(lab, "hand", undefined);
}

async function restarts(lab: OperatorLab): Promise<void> {
  const before = await versions(lab);
  assert.equal(await lab.operator.stop(), 0);
  assert.deepEqual(refusals(lab), []);
  lab.operator = await lab.start();
  await lab.db.exec("INSERT INTO tenants VALUES ('sign', 'one', '1')");
  await nodeReady(lab, "sign-web");
  await lab.db.exec("DELETE FROM tenants WHERE id = 'sign'");
  await until("it to be gone", async () => await lab.objects.get(node(lab, "sign-web")) === undefined);
  const ours = (each: string) => !/^(LynqHub|LynqForm) /.test(each);
  assert.deepEqual((await versions(lab)).filter(ours), before.filter(ours));
}

async function accountsChange(lab: OperatorLab): Promise<void> {
  await applyPolicies(lab, "somebody");
  const asOperator = { as: SHIPPED_ACCOUNT, args: [...SPEC, "--dry-run=server"] };
  await until("the operator to be nobody", async () => !(await kubectl(lab).run(asOperator)).ok);
  await lab.db.exec("UPDATE tenants SET plan = 'three' WHERE id = 'acme'");
  await until("the operator to be refused", () => Promise.resolve(refusals(lab).length > 0));
  assert.match(refusals(lab)[0] ?? "", /lynq-node-guard/);
  await applyPolicies(lab, `${SHIPPED_ACCOUNT} admin`);
  await planIs(lab, "acme", "new-three");
  await until("the administrator to be let through", () => mayForge(lab));
  await applyPolicies(lab);
  await inForce(lab);
}

async function leavesNodes(lab: OperatorLab): Promise<void> {
  const args = ["delete", "lynqhub", "tenants", "--cascade=orphan", "--timeout=180s"];
  await kubectl(lab).check({ title: "", args });
  const left = await until("the node to be left", async () => {
    const found = await lab.objects.get(node(lab, "beta-web"));
    return found?.metadata.ownerReferences === undefined ? found : undefined;
  });
  assert.equal(left.metadata.deletionTimestamp, undefined);
  for (const name of ["acme-web", "beta-web"]) {
    await kubectl(lab).check({ title: "", args: ["patch", "lynqnode", name, ...SPEC.slice(3)] });
    await kubectl(lab).check({ title: "", args: ["delete", "lynqnode", name, "--timeout=180s"] });
  }
}

/** The policies act on the whole control plane: they go before the test does, however it ends. */
const steps = [
  { title: "rows and forms are followed by the shipped account", run: followsRows },
  { title: "a person's annotation and deletion are heard, their spec is refused", run: personsAreHeard },
  { title: "a node by hand is its writer's", run: worksByHand },
  { title: "a restart writes nothing, and nothing was refused", run: restarts },
  { title: "who may write is what accounts.yaml says", run: accountsChange },
  { title: "nodes that a hub leaves behind are anybody's", run: leavesNodes },
].map(({ title, run }, at, { length }) => ({
  title,
  run: async (lab: OperatorLab) => {
    let done = false;
    try {
      await run(lab);
      done = true;
    } finally {
      if (!done || at === length - 1) await removePolicies(lab);
    }
  },
}));

operatorTest(answer, "the operator does its whole work under manifests/policy", {
  kubeconfig: async ({ plane, objects }) => {
    await install(objects);
    await applyPolicies({ plane, objects });
    return await managerKubeconfig(plane);
  },
  flags: await shippedFlags({ metrics: freePort(), health: freePort() }),
  prepare: async ({ db }) => {
    await db.exec("CREATE TABLE tenants (id VARCHAR(63), plan VARCHAR(20), active VARCHAR(10))");
    await db.exec(
      "INSERT INTO tenants VALUES ('acme', 'one', '1'), ('beta', 'one', '1'), ('gone', 'one', '1')",
    );
  },
  steps,
});

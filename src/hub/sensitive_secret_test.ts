import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { tenantsHub, WEB_FORM } from "../../tests/support/hub_documents.ts";
import { type HubLab, withHub } from "../../tests/support/hub_world.ts";
import { openValues } from "../api/sensitive.ts";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";

const HUB = `${tenantsHub("24h")}  extraValueMappings: {plan: plan, pin: pin}\n  sensitive: [pin]\n`;
const SECRET = { apiVersion: "v1", kind: "Secret", namespace: "default" };
const HUB_NAME = {
  apiVersion: "operator.lynq.sh/v1",
  kind: "LynqHub",
  namespace: "default",
  name: "tenants",
};
const VALUES = "a-web-lynq-sensitive";
const OFFLINE = new KubeUnreachable("no answer", { code: "Reset" });

async function start(lab: HubLab, pin: string): Promise<void> {
  await lab.objects.apply(HUB);
  await lab.objects.apply(WEB_FORM);
  await lab.formPass("web");
  rows(lab, pin);
}

function rows(lab: HubLab, pin: string): void {
  lab.table.rows = [{ id: "a", active: "1", plan: "pro", pin }];
}

/** A pass that reads the rows. */
async function pass(lab: HubLab): Promise<number> {
  lab.memory.clear();
  return (await lab.hubPass("tenants")).writes;
}

const valuesSecret = async (lab: HubLab) => await lab.objects.get({ ...SECRET, name: VALUES });
const owners = (object: KubeObject | undefined) => object?.metadata.ownerReferences?.map(({ kind }) => kind);

/** The pin that the node would be rendered with. */
async function pinOf(lab: HubLab): Promise<string | undefined> {
  const [node] = await lab.nodes();
  const data = ((await valuesSecret(lab))?.["data"] ?? {}) as Record<string, string>;
  return node?.spec.sensitive && openValues(node.spec.sensitive, data)?.values["pin"];
}

Deno.test("a sensitive value is in the node's Secret, and the node speaks of it by a hash", async () => {
  await withHub(async (lab) => {
    await start(lab, "4711");
    await pass(lab);
    const [node] = await lab.nodes();
    assert.deepEqual(node?.spec.values, { activate: "1", plan: "pro" });
    assert.equal(await pinOf(lab), "4711");
    assert.ok(!JSON.stringify(node).includes("4711"));
    assert.deepEqual(owners(await valuesSecret(lab)), ["LynqNode"]);
    assert.equal(await pass(lab), 0);
    rows(lab, "4712");
    // Secret and node; their counts in the hub's status stay.
    assert.equal(await pass(lab), 2);
    assert.equal(await pinOf(lab), "4712");
    assert.equal((await lab.nodes())[0]?.spec.sensitive?.part, "b");
    assert.equal(await pass(lab), 0);
  });
});

Deno.test("until the node is written it is rendered with the values that it had, whatever ends the work", async () => {
  await withHub(async (lab) => {
    await start(lab, "one");
    await pass(lab);
    for (const pin of ["two", "three"]) {
      rows(lab, pin);
      lab.faults.set("patch a-web", OFFLINE);
      await assert.rejects(pass(lab), KubeUnreachable);
      assert.equal(await pinOf(lab), "one");
    }
    lab.faults.clear();
    rows(lab, "one");
    assert.equal(await pass(lab), 0);
    assert.equal(await pinOf(lab), "one");
    rows(lab, "four");
    await pass(lab);
    assert.equal(await pinOf(lab), "four");
  });
});

Deno.test("the values of a node that could not be made wait for it, and of one that is refused none stay", async () => {
  await withHub(async (lab) => {
    await start(lab, "4711");
    lab.faults.set("create a-web", OFFLINE);
    await assert.rejects(pass(lab), KubeUnreachable);
    assert.deepEqual(owners(await valuesSecret(lab)), ["LynqHub"]);
    lab.faults.set("create a-web", new KubeError("no", { status: 403, reason: "Forbidden" }));
    await pass(lab);
    assert.equal(await valuesSecret(lab), undefined);
    lab.faults.clear();
    lab.faults.set(`patch ${VALUES}`, OFFLINE);
    await assert.rejects(pass(lab), KubeUnreachable);
    assert.deepEqual(owners(await valuesSecret(lab)), ["LynqHub"]);
    lab.faults.clear();
    rows(lab, "4712");
    await pass(lab);
    assert.equal(await pinOf(lab), "4712");
    assert.deepEqual(owners(await valuesSecret(lab)), ["LynqNode"]);
  });
});

Deno.test("a Secret that work left with its hub is its node's with the next read of the same rows", async () => {
  await withHub(async (lab) => {
    await start(lab, "4711");
    lab.faults.set(`patch ${VALUES}`, OFFLINE);
    await assert.rejects(pass(lab), KubeUnreachable);
    assert.deepEqual(owners(await valuesSecret(lab)), ["LynqHub"]);
    await assert.rejects(pass(lab), KubeUnreachable);
    const refused = new KubeError("no", { status: 403, reason: "Forbidden" });
    lab.faults.set(`patch ${VALUES}`, refused);
    await pass(lab);
    assert.equal(await pass(lab), 0);
    lab.faults.clear();
    assert.equal(await pass(lab), 1);
    const secret = await valuesSecret(lab);
    assert.deepEqual(secret?.metadata.ownerReferences?.map(({ uid }) => uid), [(await lab.nodes())[0]?.uid]);
    assert.deepEqual(Object.keys(secret?.metadata.labels ?? {}), ["lynq.sh/sensitive-of"]);
    assert.equal(await pinOf(lab), "4711");
    assert.equal(await pass(lab), 0);
  });
});

Deno.test("a Secret of a node that was never made waits for its row, and goes when the row does", async () => {
  await withHub(async (lab) => {
    await start(lab, "4711");
    lab.faults.set("create a-web", OFFLINE);
    await assert.rejects(pass(lab), KubeUnreachable);
    const { uid } = (await valuesSecret(lab))?.metadata ?? {};
    await assert.rejects(pass(lab), KubeUnreachable);
    assert.equal((await valuesSecret(lab))?.metadata.uid, uid);
    lab.table.rows = [];
    await pass(lab);
    assert.equal(await valuesSecret(lab), undefined);
  });
});

Deno.test("a hub that leaves its nodes behind gives them their Secrets first", async () => {
  await withHub(async (lab) => {
    await start(lab, "4711");
    lab.faults.set(`patch ${VALUES}`, OFFLINE);
    await assert.rejects(pass(lab), KubeUnreachable);
    lab.faults.clear();
    const marks = { annotations: { "lynq.sh/orphan-dependents": "true" } };
    await lab.objects.merge(HUB_NAME, { metadata: marks });
    await lab.objects.remove(HUB_NAME);
    await lab.hubPass("tenants");
    assert.equal(await lab.objects.get(HUB_NAME), undefined);
    assert.deepEqual(owners(await valuesSecret(lab)), ["LynqNode"]);
    assert.equal(await pinOf(lab), "4711");
  });
});

Deno.test("what refuses the Secret is told without the value", async () => {
  await withHub(async (lab) => {
    await start(lab, "s3cr3t");
    const message = "denied: data s3cr3t is not wanted";
    lab.faults.set(`create ${VALUES}`, new KubeError(message, { status: 422, reason: "Invalid" }));
    await pass(lab);
    const hub = await lab.objects.get(HUB_NAME);
    assert.match(
      JSON.stringify(hub?.["status"]),
      /was refused \(422 Invalid\); the server's words are withheld/,
    );
    assert.ok(!JSON.stringify([hub, lab.events]).includes("s3cr3t"));
    assert.deepEqual(await lab.nodes(), []);
  });
});

Deno.test("values that were lost are written again once, and a new key gives new hashes", async () => {
  await withHub(async (lab) => {
    await start(lab, "4711");
    await pass(lab);
    await lab.objects.remove({ ...SECRET, name: VALUES });
    const [node] = await lab.nodes();
    const resources = [{
      ...{ id: "a", apiVersion: "v1", kind: "ConfigMap", name: "a", state: "Failed" },
      reason: "SensitiveValuesLost",
    }];
    const of = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", namespace: "default", name: "a-web" };
    await lab.objects.merge(of, { status: { observedGeneration: node?.generation, resources } }, "status");
    await pass(lab);
    assert.equal(await pinOf(lab), "4711");
    assert.equal(await pass(lab), 0);
    const before = (await lab.nodes())[0]?.spec.sensitive?.hashes["pin"];
    const key = Buffer.alloc(32, 9).toString("base64");
    await lab.objects.merge({ ...SECRET, name: "tenants-lynq-sensitive-key" }, { data: { key } });
    await pass(lab);
    assert.notEqual((await lab.nodes())[0]?.spec.sensitive?.hashes["pin"], before);
    assert.equal(await pinOf(lab), "4711");
  });
});

Deno.test("a key that is none is told, and nothing is written", async () => {
  await withHub(async (lab) => {
    await start(lab, "4711");
    const key = { metadata: { name: "tenants-lynq-sensitive-key", namespace: "default" }, type: "Opaque" };
    await lab.objects.apply(
      JSON.stringify({ apiVersion: "v1", kind: "Secret", ...key, data: { key: "YQ==" } }),
    );
    await pass(lab);
    assert.match(JSON.stringify(await lab.objects.get(HUB_NAME)), /should hold 32 bytes under data\.key/);
    assert.deepEqual(await lab.nodes(), []);
  });
});

Deno.test("a column that is marked leaves the node, and one that is unmarked takes the Secret along", async () => {
  await withHub(async (lab) => {
    await start(lab, "4711");
    const { nodes } = lab;
    await lab.objects.merge(HUB_NAME, { spec: { sensitive: null } });
    await pass(lab);
    assert.deepEqual((await nodes())[0]?.spec.values, { activate: "1", pin: "4711", plan: "pro" });
    await lab.objects.merge(HUB_NAME, { spec: { sensitive: ["pin"] } });
    await pass(lab);
    assert.deepEqual((await nodes())[0]?.spec.values, { activate: "1", plan: "pro" });
    assert.equal(await pinOf(lab), "4711");
    await lab.objects.merge(HUB_NAME, { spec: { sensitive: null } });
    await pass(lab);
    assert.equal((await nodes())[0]?.spec.sensitive, undefined);
    assert.equal(await valuesSecret(lab), undefined);
    assert.equal(await pass(lab), 0);
  });
});

Deno.test("a column that is unmarked takes no Secret along that somebody put in the place of its own", async () => {
  await withHub(async (lab) => {
    await start(lab, "4711");
    await pass(lab);
    await lab.objects.remove({ ...SECRET, name: VALUES });
    const metadata = { name: VALUES, namespace: SECRET.namespace };
    await lab.objects.apply(
      JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata, data: { mine: "eA==" } }),
    );
    await lab.objects.merge(HUB_NAME, { spec: { sensitive: null } });
    await pass(lab);
    assert.equal((await lab.nodes())[0]?.spec.sensitive, undefined);
    assert.deepEqual((await valuesSecret(lab))?.["data"], { mine: "eA==" });
  });
});

Deno.test("rows of one uid that differ in a sensitive value alone are no one row", async () => {
  await withHub(async (lab) => {
    await start(lab, "4711");
    const row = { id: "a", active: "1", plan: "pro" };
    lab.table.rows = [{ ...row, pin: "1" }, { ...row, pin: "2" }];
    await pass(lab);
    assert.match(JSON.stringify((await lab.objects.get(HUB_NAME))?.["status"]), /DuplicateUid/);
    assert.deepEqual(await lab.nodes(), []);
  });
});

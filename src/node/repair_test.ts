import assert from "node:assert/strict";
import { type NodeLab, withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { NodeStatus, ResourceRecord } from "../api/node.ts";
import type { Resource } from "../api/resource.ts";

const WHICH = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "acme-a" };
const NODE = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", namespace: "default", name: "acme-web" };
const spec = (data: Record<string, string>) => ({ apiVersion: "v1", kind: "ConfigMap", data });

async function made(
  lab: NodeLab,
  policy: Partial<Resource> = {},
  data: Record<string, string> = { x: "1", y: "1" },
) {
  await lab.want([resourceOf({ id: "a", spec: spec(data), ...policy })]);
  return await lab.pass();
}

const recordOf = (status: NodeStatus) => status.resources?.[0] as ResourceRecord;
const reasons = (lab: NodeLab) => lab.events.events.map(({ reason }) => reason);
const data = async (lab: NodeLab) => (await lab.objects.get(WHICH))?.["data"];

/** Passes go on until the watch has told what the test did; the first pass that does something. */
async function passUntil(
  lab: NodeLab,
  done: (pass: Awaited<ReturnType<NodeLab["pass"]>>) => boolean | Promise<boolean>,
) {
  for (let n = 0; n < 200; n++) {
    const pass = await lab.pass();
    if (await done(pass)) return pass;
  }
  return assert.fail("it did not happen in 200 passes");
}

Deno.test("a repair is told with field and manager, and the next pass writes nothing", async () => {
  await withNode(async (lab) => {
    await made(lab);
    await lab.objects.merge(WHICH, { data: { x: "theirs", y: null } });
    await passUntil(lab, ({ writes }) => writes > 0);
    assert.deepEqual(await data(lab), { x: "1", y: "1" });
    assert.deepEqual(reasons(lab), ["DriftCorrected"]);
    assert.match(
      lab.events.events[0]?.message ?? "",
      /^a: ConfigMap default\/acme-a .*"test" manages \.data\.x; removed: \.data\.y$/,
    );
    const { writes, verdict } = await lab.pass();
    assert.deepEqual([writes, verdict], [0, { kind: "await" }]);
  });
});

Deno.test("under driftPolicy Report what differs is told once, and left until something new is wanted", async () => {
  await withNode(async (lab) => {
    await made(lab, { driftPolicy: "Report" });
    await lab.objects.merge(WHICH, { data: { x: "theirs" } });
    const { status } = await passUntil(lab, ({ status }) => recordOf(status).reason === "Drifted");
    assert.equal(recordOf(status).state, "Ready");
    assert.match(recordOf(status).message ?? "", /^"test" manages \.data\.x; left as it is/);
    for (let n = 0; n < 3; n++) assert.equal((await lab.pass()).writes, 0);
    assert.deepEqual(reasons(lab), ["DriftDetected"]);
    await lab.objects.merge(WHICH, { data: { y: "theirs" } });
    const more = await passUntil(lab, ({ status }) => /\.data\.y/.test(recordOf(status).message ?? ""));
    assert.match(recordOf(more.status).message ?? "", /"test" manages \.data\.x, \.data\.y/);
    assert.deepEqual(await data(lab), { x: "theirs", y: "theirs" });
    const { status: updated } = await made(lab, { driftPolicy: "Report" }, { x: "2", y: "2" });
    assert.deepEqual(await data(lab), { x: "2", y: "2" });
    assert.deepEqual([recordOf(updated).reason, recordOf(updated).drifted], [undefined, undefined]);
  });
});

Deno.test("a reported drift that its author takes back is over, and seen again", async () => {
  await withNode(async (lab) => {
    await made(lab, { driftPolicy: "Report" });
    await lab.objects.merge(WHICH, { data: { x: "theirs" } });
    await passUntil(lab, ({ status }) => recordOf(status).reason === "Drifted");
    await lab.objects.merge(WHICH, { data: { x: "1" }, metadata: { labels: { "lynq.sh/node": null } } });
    const { status } = await passUntil(lab, ({ status }) => recordOf(status).reason !== "Drifted");
    assert.equal(recordOf(status).state, "Ready");
    await lab.objects.merge(WHICH, { data: { x: "again" } });
    await passUntil(lab, ({ status }) => recordOf(status).reason === "Drifted");
    assert.deepEqual(reasons(lab), ["DriftDetected", "DriftDetected"]);
  });
});

Deno.test("under driftPolicy Report an object that lost its label is found again, and stays as it is", async () => {
  await withNode(async (lab) => {
    await made(lab, { driftPolicy: "Report" });
    await lab.objects.merge(WHICH, { data: { x: "theirs" }, metadata: { labels: { "lynq.sh/node": null } } });
    const label = async () => (await lab.objects.get(WHICH))?.metadata.labels?.["lynq.sh/node"];
    await passUntil(lab, async () => await label() === "acme-web");
    assert.deepEqual(await data(lab), { x: "theirs", y: "1" });
    const { status } = await passUntil(lab, ({ status }) => recordOf(status).reason === "Drifted");
    assert.match(recordOf(status).message ?? "", /"test" manages \.data\.x; left/);
    assert.equal((await lab.pass()).writes, 0);
  });
});

Deno.test("an ignored field that another takes is its own from then on, without a write to the object", async () => {
  await withNode(async (lab) => {
    const { status } = await made(lab, { ignoreFields: ["$.data.x"] });
    await lab.objects.merge(WHICH, { data: { x: "theirs" } });
    const version = (await lab.objects.get(WHICH))?.metadata.resourceVersion;
    const rebased = await passUntil(lab, (pass) => recordOf(pass.status).entry !== recordOf(status).entry);
    assert.equal((await lab.objects.get(WHICH))?.metadata.resourceVersion, version);
    assert.equal(rebased.writes, 1, "the status alone");
    assert.equal((await lab.pass()).writes, 0);
    await made(lab, { ignoreFields: ["$.data.x"] }, { x: "2", y: "2" });
    assert.deepEqual(await data(lab), { x: "theirs", y: "2" });
    assert.deepEqual(reasons(lab), []);
  });
});

Deno.test("what others took is taken back by a change only where all of it was ours", async () => {
  await withNode(async (lab) => {
    await made(lab);
    await lab.objects.merge(WHICH, { data: { x: "theirs" } });
    const { status } = await made(lab, {}, { x: "2", y: "2" });
    assert.equal(recordOf(status).state, "Ready");
    assert.deepEqual(await data(lab), { x: "2", y: "2" });
    await lab.objects.merge(WHICH, { data: { x: "theirs", z: "theirs" } });
    const conflict = await made(lab, {}, { x: "3", y: "3", z: "3" });
    assert.equal(recordOf(conflict.status).reason, "ResourceConflict");
    assert.match(recordOf(conflict.status).message ?? "", /"test" manages \.data\.x, \.data\.z/);
    assert.deepEqual(await data(lab), { x: "theirs", y: "2", z: "theirs" });
  });
});

/** Somebody changes or deletes the object, and it is put back. */
async function fight(lab: NodeLab, attack: () => Promise<unknown>): Promise<NodeStatus> {
  await attack();
  return (await passUntil(lab, ({ writes }) => writes > 0)).status;
}

Deno.test("a writer that fights back is a conflict that names it, ends in peace and survives a restart", async () => {
  await withNode(async (lab) => {
    await made(lab);
    const attack = () => lab.objects.merge(WHICH, { data: { x: "theirs" } });
    await fight(lab, attack);
    await fight(lab, attack);
    const contended = recordOf(await fight(lab, attack));
    assert.deepEqual([contended.state, contended.reason], ["Conflicted", "DriftContended"]);
    assert.match(contended.message ?? "", /repaired 3 times within a minute.*"test" manages \.data\.x/);
    await attack();
    const waiting = await passUntil(
      lab,
      ({ verdict }) => verdict.kind === "requeue" && verdict.afterMs <= 10_000,
    );
    assert.equal(waiting.writes, 0);
    assert.deepEqual(await data(lab), { x: "theirs", y: "1" });
    lab.restart();
    assert.equal((await lab.pass()).writes, 0);
    lab.clock.ahead += 11;
    assert.equal(recordOf((await lab.pass()).status).reason, "DriftContended");
    assert.deepEqual(await data(lab), { x: "1", y: "1" });
    assert.equal(reasons(lab).filter((reason) => reason === "DriftContended").length, 1);
    lab.clock.ahead += 100;
    const calm = await lab.pass();
    assert.deepEqual([recordOf(calm.status).state, calm.verdict], ["Ready", { kind: "await" }]);
  });
});

Deno.test("somebody who changes one thing after the other is corrected each time, and fights nobody", async () => {
  await withNode(async (lab) => {
    await made(lab);
    const mark = { metadata: { labels: { "lynq.sh/node": null } } };
    for (const body of [{ data: { x: "theirs" } }, { data: { y: null } }, mark, { data: { y: "theirs" } }]) {
      const { state } = recordOf(await fight(lab, () => lab.objects.merge(WHICH, body)));
      assert.equal(state, "Ready");
      assert.deepEqual(await data(lab), { x: "1", y: "1" });
    }
    assert.equal(recordOf(await fight(lab, () => lab.objects.remove(WHICH))).state, "Ready");
    assert.deepEqual(reasons(lab), Array.from({ length: 5 }, () => "DriftCorrected"));
  });
});

Deno.test("an object that is deleted each time it is made is made ever more seldom", async () => {
  await withNode(async (lab) => {
    await made(lab);
    const attack = () => lab.objects.remove(WHICH);
    await fight(lab, attack);
    await fight(lab, attack);
    const contended = recordOf(await fight(lab, attack));
    assert.equal(contended.reason, "DriftContended");
    assert.match(contended.message ?? "", /made again 3 times within a minute, and is deleted each time/);
    await attack();
    const waiting = await passUntil(
      lab,
      ({ verdict }) => verdict.kind === "requeue" && verdict.afterMs <= 10_000,
    );
    assert.equal(waiting.writes, 0);
    assert.equal(recordOf(waiting.status).reason, "DriftContended");
    lab.clock.ahead += 11;
    await lab.pass();
    assert.deepEqual(await data(lab), { x: "1", y: "1" });
  });
});

Deno.test("what is made again when asked is deleted, forgotten and unasked in that order, wherever it is interrupted", async () => {
  await withNode(async (lab) => {
    const once = { creationPolicy: "Once" } as const;
    await made(lab, once);
    const uid = async () => (await lab.objects.get(WHICH))?.metadata.uid;
    const first = await uid();
    await made(lab, once, { x: "2" });
    assert.equal(await uid(), first);
    const ask = () => lab.objects.merge(NODE, { metadata: { annotations: { "lynq.sh/recreate": "a" } } });
    const asked = async () => (await lab.stored())?.metadata.annotations?.["lynq.sh/recreate"];
    await ask();
    // Interrupted after the deletion.
    await lab.objects.remove(WHICH);
    await passUntil(lab, async () => await uid() !== undefined && await asked() === undefined);
    const second = await uid();
    assert.notEqual(second, first);
    assert.deepEqual(await data(lab), { x: "2" });
    // Interrupted after the record was dropped.
    await ask();
    await lab.objects.remove(WHICH);
    await lab.objects.merge(NODE, { status: { resources: [] } }, "status");
    await passUntil(lab, async () => await uid() !== undefined && await asked() === undefined);
    const third = await uid();
    assert.notEqual(third, second);
    assert.equal((await lab.pass()).writes, 0);
    assert.equal(await uid(), third);
  });
});

import assert from "node:assert/strict";
import { withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import { FREE_REPAIRS, RepairPace } from "./repair_pace.ts";

const at = (seconds: number) => new Date(seconds * 1000);

Deno.test("a few repairs are made at once, then each waits twice as long, up to five minutes", () => {
  const pace = new RepairPace();
  for (let n = 1; n < FREE_REPAIRS; n++) pace.repaired("a", at(0));
  assert.equal(pace.waitMs("a", at(0)), 0);
  const waits = Array.from({ length: 10 }, () => {
    pace.repaired("a", at(0));
    return pace.waitMs("a", at(0)) / 1000;
  });
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
  assert.equal(pace.waitMs("b", at(0)), 0);
  assert.equal(pace.waitMs("a", at(300)), 0);
});

Deno.test("an object that was left alone for a quarter of an hour is repaired at once again", () => {
  const pace = new RepairPace();
  for (let n = 0; n < 20; n++) pace.repaired("a", at(0));
  assert.equal(pace.repaired("a", at(901)), 1);
});

Deno.test("a clock that goes back lengthens no wait", () => {
  const pace = new RepairPace();
  for (let n = 0; n < FREE_REPAIRS; n++) pace.repaired("a", at(1_000_000));
  assert.equal(pace.waitMs("a", at(0)), 1000);
});

Deno.test("another writer that changes an object back each time is told once and not chased", async () => {
  await withNode(async (lab) => {
    const which = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "acme-a" };
    const spec = { apiVersion: "v1", kind: "ConfigMap", data: { x: "ours" } };
    const value = async () => (await lab.objects.get(which))?.["data"];
    await lab.want([resourceOf({ id: "a", spec })]);
    await lab.pass();
    for (let n = 0; n < FREE_REPAIRS; n++) {
      await lab.objects.merge(which, { data: { x: "theirs" } });
      while ((await lab.pass()).writes === 0);
      assert.deepEqual(await value(), { x: "ours" });
    }
    await lab.objects.merge(which, { data: { x: "theirs" } });
    let pass = await lab.pass();
    while (pass.verdict.kind === "await") pass = await lab.pass();
    assert.equal(pass.writes, 0);
    assert(pass.verdict.kind === "requeue" && pass.verdict.afterMs <= 1000);
    assert.equal(lab.events.events.filter(({ reason }) => reason === "DriftContended").length, 1);
    lab.clock.ahead += 5;
    await lab.pass();
    assert.deepEqual(await value(), { x: "ours" });
  });
});

import assert from "node:assert/strict";
import { condition, formSpecOf, storedForm, storedNode } from "../../tests/support/stored_objects.ts";
import type { FormSpec } from "../api/form.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import { nameOf } from "./plan.ts";
import { gate, type GateInput, movesOf, type NodeWrite } from "./rollout_gate.ts";

const NOW = new Date("2026-01-01T00:00:00Z");

function formOf(rollout: Partial<NonNullable<FormSpec["rollout"]>> = {}, status = {}): StoredForm {
  const spec = formSpecOf({ rollout: { maxSkew: 0, progressDeadlineSeconds: 600, ...rollout } });
  return storedForm({ spec, status: { currentRevision: "web-1", ...status } });
}

type Is = "ready" | "starting" | "failed" | "unseen";

function node(row: string, is: Is, spec: Record<string, unknown> = {}): StoredNode {
  const reason = is === "failed"
    ? "ResourcesFailed"
    : is === "starting"
    ? "NotAllResourcesReady"
    : "Reconciled";
  const ready = condition("Ready", is === "starting" || is === "failed" ? "False" : "True", reason);
  const status = { observedGeneration: is === "unseen" ? 0 : 1, conditions: [ready] };
  return storedNode({ row, form: "web" }, { status, spec });
}
const old = (row: string, is: Is = "ready", values: Record<string, string> = {}) =>
  node(row, is, { revision: "web-0", values });

function create(row: string, values: Record<string, string> = {}): NodeWrite {
  return {
    kind: "create",
    wanted: { name: `${row}-web`, form: "web", revision: "web-1", row: { uid: row, values } },
  };
}
function rowChange(of: StoredNode): NodeWrite {
  const row = { uid: of.spec.uid, values: { plan: "new" } };
  return { kind: "update", node: of, wanted: { name: of.name, form: "web", revision: "web-1", row } };
}

function passed(form: StoredForm, nodes: readonly StoredNode[], rest: Partial<GateInput> = {}) {
  const moves = movesOf({ forms: [form], nodes, now: NOW });
  const doubtful = new Map<string, string>();
  return gate({ forms: [form], nodes, writes: moves, doubtful, now: NOW, ...rest });
}
const told = (writes: readonly NodeWrite[]) =>
  writes.map((write) => `${nameOf(write)} ${write.wanted.revision}`);

Deno.test("maxSkew lets through as many nodes as it leaves room for, and tells what waits", () => {
  const nodes = [node("a", "starting"), old("b"), old("c"), old("d")];
  const { writes, held, throttled } = passed(formOf({ maxSkew: 2 }), nodes);
  assert.deepEqual(told(writes), ["b-web web-1"]);
  assert.deepEqual(held.map(nameOf), ["c-web", "d-web"]);
  assert.deepEqual(throttled, [{ form: "web", count: 2, updating: 1, maxSkew: 2 }]);
});

Deno.test("Ready of the spec before is no proof, and a node that failed on the revision keeps its room", () => {
  const room = (is: Is) => told(passed(formOf({ maxSkew: 1 }), [node("a", is), old("b")]).writes);
  assert.deepEqual(room("ready"), ["b-web web-1"]);
  for (const is of ["unseen", "starting", "failed"] as const) assert.deepEqual(room(is), [], is);
});

Deno.test("new nodes and changed rows take room too; a node that is updating has its own already", () => {
  const form = formOf({ maxSkew: 1 });
  assert.deepEqual(told(passed(form, [], { writes: [create("a"), create("b")] }).writes), ["a-web web-1"]);
  const [ready, failing] = [node("a", "ready"), node("b", "failed")];
  const nodes = [ready, failing];
  const { writes, held } = passed(form, nodes, { writes: [rowChange(ready), rowChange(failing)] });
  assert.deepEqual([told(writes), held.map(nameOf)], [["b-web web-1"], ["a-web"]]);
});

Deno.test("the end of a row's pause takes room, and without room the node stays paused", () => {
  const byRow = { annotations: { "lynq.sh/paused-by": "row" } };
  const paused = (row: string, revision: string) => ({
    ...node(row, "ready", { revision, paused: true }),
    ...byRow,
  });
  const resumed = (of: StoredNode): NodeWrite => {
    const row = { uid: of.spec.uid, values: of.spec.values ?? {} };
    return { kind: "update", node: of, wanted: { name: of.name, form: "web", revision: "web-1", row } };
  };
  const form = formOf({ maxSkew: 1 });
  const nodes = [paused("a", "web-1"), paused("b", "web-0")];
  const { writes, held } = passed(form, nodes, { writes: nodes.map(resumed) });
  assert.deepEqual([told(writes), held.map(nameOf)], [["a-web web-1"], ["b-web"]]);
  const late = condition("Progressing", "False", "ProgressDeadlineExceeded");
  const stopped = formOf({ maxSkew: 1 }, { conditions: [late] });
  const [, onOld] = nodes;
  assert(onOld !== undefined);
  assert.deepEqual(told(passed(stopped, [onOld], { writes: [resumed(onOld)] }).writes), ["b-web web-0"]);
});

Deno.test("a paused node is on no way, however it does", () => {
  const paused = { ...node("a", "starting", { paused: true }) };
  assert.deepEqual(told(passed(formOf({ maxSkew: 1 }), [paused, old("b")]).writes), ["b-web web-1"]);
});

Deno.test("what failed by the generation leaves its room to rows, which go where the rest stays", () => {
  const form = formOf({ maxSkew: 1, failureBudget: { minCount: 9, maxPercent: 0 } });
  const [failed, stays] = [node("a", "failed"), old("b", "ready", { plan: "old" })];
  const nodes = [failed, stays];
  const changes = (writes: NodeWrite[]) => told(passed(form, nodes, { writes }).writes);
  assert.deepEqual(changes([create("new")]), ["new-web web-0"]);
  assert.deepEqual(changes([rowChange(stays)]), ["b-web web-0"]);
  assert.deepEqual(changes([rowChange(failed), create("new")]), ["a-web web-1"]);
  assert.deepEqual(told(passed(form, [failed], { writes: [create("new")] }).writes), ["new-web web-1"]);
  assert.deepEqual(told(passed(form, [failed, old("b", "starting")]).writes), []);
});

Deno.test("what failed by itself holds no rollout up: before the generation came, or after it was complete", () => {
  const nodes = [node("a", "failed"), old("b")];
  const moved = (progress: object) => told(passed(formOf({ maxSkew: 1 }, { progress }), nodes).writes);
  assert.deepEqual(moved({ baselineTime: "2026-01-02T00:00:00Z" }), ["b-web web-1"]);
  assert.deepEqual(moved({ completionTime: "2025-12-01T00:00:00Z" }), ["b-web web-1"]);
  assert.deepEqual(moved({ baselineTime: "2025-12-01T00:00:00Z" }), []);
});

Deno.test("a node that failed on its old revision is on its way again when its row changed", () => {
  const late = condition("Progressing", "False", "ProgressDeadlineExceeded");
  const form = formOf({ maxSkew: 1 }, { conditions: [late] });
  const nodes = ["a", "b"].map((row) => old(row, "failed", { plan: "old" }));
  const { writes, held } = passed(form, nodes, { writes: nodes.map(rowChange) });
  assert.deepEqual([told(writes), held.map(nameOf)], [["a-web web-0"], ["a-web", "b-web"]]);
  const [a, b] = nodes;
  assert(a !== undefined && b !== undefined);
  assert.deepEqual(told(passed(form, [{ ...a, generation: 2 }, b], { writes: [rowChange(b)] }).writes), []);
});

Deno.test("a write of which no answer came holds its room, and may be sent again", () => {
  const nodes = [old("a"), old("b")];
  const doubtful = new Map([["b-web", "web"]]);
  assert.deepEqual(told(passed(formOf({ maxSkew: 1 }), nodes, { doubtful }).writes), ["b-web web-1"]);
  const other = new Map([["x-api", "api"]]);
  assert.deepEqual(told(passed(formOf({ maxSkew: 1 }), nodes, { doubtful: other }).writes), ["a-web web-1"]);
});

Deno.test("without maxSkew a new generation goes in waves: the budget and one more, then one more for each that is ready", () => {
  const fleet = (moved: Is[]) =>
    Array.from({ length: 40 }, (_, i) => {
      const is = moved[i];
      return is === undefined ? old(`n${i}`) : node(`n${i}`, is);
    });
  const size = (moved: Is[]) => passed(formOf(), fleet(moved)).writes.length;
  assert.equal(size([]), 4);
  assert.equal(size(["unseen", "starting", "starting", "starting"]), 0);
  assert.equal(size(["ready", "ready", "ready", "ready"]), 8);
  assert.equal(size(["ready", "failed", "starting"]), 3);
  assert.equal(size(["ready", "ready", "failed", "failed", "failed", "failed"]), 0);
});

Deno.test("nodes for new rows wait for no wave", () => {
  const writes = Array.from({ length: 300 }, (_, i) => create(`n${i}`));
  assert.equal(passed(formOf(), [], { writes }).writes.length, 300);
});

Deno.test("once the budget is exceeded or the deadline passed nothing is moved, with maxSkew and without", () => {
  const failed = ["a", "b", "c", "d"].map((row) => node(row, "failed"));
  for (const maxSkew of [0, 20]) {
    assert.deepEqual(told(passed(formOf({ maxSkew }), [...failed, old("e")]).writes), []);
    assert.deepEqual(
      told(passed(formOf({ maxSkew }), [...failed.slice(1), old("e")]).writes).length,
      1,
    );
  }
  const late = { ...condition("Progressing", "False", "ProgressDeadlineExceeded") };
  const stopped = formOf({ maxSkew: 5 }, { conditions: [late] });
  assert.deepEqual(told(passed(stopped, [node("a", "starting"), old("b")]).writes), []);
});

Deno.test("while a rollout stands still new and changed rows get the revision that the rest stay on", () => {
  const failed = ["a", "b", "c", "d"].map((row) => node(row, "failed"));
  const stays = old("e", "ready", { plan: "old" });
  const nodes = [...failed, stays];
  const { writes, held } = passed(formOf(), nodes, { writes: [create("new"), rowChange(stays)] });
  assert.deepEqual(told(writes), ["new-web web-0", "e-web web-0"]);
  assert.deepEqual(held.map(nameOf), ["e-web"]);
});

Deno.test("what is not ready gets a new generation first, before every group of the order", () => {
  const order = { value: "plan", first: ["canary", "pro"] };
  const nodes = [
    old("a", "ready", { plan: "free" }),
    old("b", "ready", { plan: "pro" }),
    old("c", "ready", { plan: "canary" }),
    old("d", "failed", { plan: "free" }),
  ];
  const { writes, held } = passed(formOf({ order }), nodes);
  assert.deepEqual([told(writes), held.map(nameOf)], [["d-web web-1", "c-web web-1"], ["b-web", "a-web"]]);
});

Deno.test("a group begins when every node of those before it is on the revision and ready", () => {
  const order = { label: "tier", first: ["canary"] };
  const canary = { ...node("a", "starting"), labels: { tier: "canary" } };
  const form = formOf({ order, maxSkew: 9 });
  assert.deepEqual(told(passed(form, [canary, old("b")]).writes), []);
  assert.deepEqual(told(passed(form, [{ ...canary, status: node("a", "ready").status }, old("b")]).writes), [
    "b-web web-1",
  ]);
});

Deno.test("a new row of a group that has not begun is made on the revision that its group has", () => {
  const order = { value: "plan", first: ["canary"] };
  const nodes = [old("a", "ready", { plan: "canary" }), old("b", "ready", { plan: "pro" })];
  const { writes } = passed(formOf({ order }), nodes, {
    writes: [create("new", { plan: "pro" }), create("early", { plan: "canary" })],
  });
  assert.deepEqual(told(writes), ["early-web web-1", "new-web web-0"]);
});

Deno.test("what was broken before the generation came does not stop it", () => {
  const broken = ["a", "b", "c", "d", "e"].map((row) => node(row, "failed"));
  const progress = { baselineTime: "2026-01-02T00:00:00Z" };
  assert.deepEqual(told(passed(formOf({}, { progress }), [...broken, old("f")]).writes), ["f-web web-1"]);
});

Deno.test("a generation that replaces a failed one is not stopped by what that one broke", () => {
  const broken = ["a", "b", "c", "d"].map((row) => old(row, "failed"));
  const { writes } = passed(formOf({ maxSkew: 4 }), [old("e"), ...broken]);
  assert.deepEqual(told(writes), ["a-web web-1", "b-web web-1", "c-web web-1", "d-web web-1"]);
});

Deno.test("a paused form changes nothing, a paused or frozen node is not moved", () => {
  const paused = { ...formOf(), annotations: { "lynq.sh/paused": "true" } };
  assert.deepEqual(told(passed(paused, [old("a")], { writes: [create("b")] }).writes), []);
  const frozen = { ...old("a"), annotations: { "lynq.sh/frozen": "DuplicateUid" } };
  assert.deepEqual(
    told(passed(formOf(), [frozen, node("b", "ready", { revision: "web-0", paused: true })]).writes),
    [],
  );
});

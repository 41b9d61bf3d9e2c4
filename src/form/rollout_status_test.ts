import assert from "node:assert/strict";
import { condition, formSpecOf, storedForm, storedNode } from "../../tests/support/stored_objects.ts";
import type { FormSpec, FormStatus } from "../api/form.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import { type RolloutInput, tellRollout } from "./rollout_status.ts";

const START = new Date("2026-01-01T00:00:00Z");
const later = (seconds: number) => new Date(START.getTime() + seconds * 1000);
const DEADLINE = { maxSkew: 1, progressDeadlineSeconds: 60 };

function formOf(rollout: FormSpec["rollout"] = DEADLINE, status: FormStatus = {}): StoredForm {
  return storedForm({ status, spec: formSpecOf({ rollout }) });
}

function node(row: string, is: "ready" | "starting" | "failed", spec = {}): StoredNode {
  const reason = { ready: "Reconciled", starting: "NotAllResourcesReady", failed: "ResourcesFailed" }[is];
  const ready = condition("Ready", is === "ready" ? "True" : "False", reason);
  return storedNode({ row, form: "web" }, { status: { observedGeneration: 1, conditions: [ready] }, spec });
}
const old = { revision: "web-0" };

function tell(form: StoredForm, input: Partial<RolloutInput>) {
  const given = { target: "web-1", nodes: [], desired: undefined, paused: false, now: START, ...input };
  return tellRollout(form, given);
}

/** The form as its status stands after this was told. */
function following(form: StoredForm, input: Partial<RolloutInput>): StoredForm {
  const { progress, rollout, condition } = tell(form, input);
  const conditions = [{ ...condition, lastTransitionTime: "2026-01-01T00:00:00Z" }];
  return { ...form, status: { currentRevision: "web-1", progress, rollout, conditions } };
}

Deno.test("a rollout that makes no progress for its deadline has failed, and says which nodes it waits for", () => {
  const nodes = [node("a", "starting"), node("b", "ready", old)];
  const form = following(formOf(), { nodes });
  assert.equal(tell(form, { nodes, now: later(59) }).deadlineMs, 1000);
  const failed = tell(form, { nodes, now: later(60) });
  assert.deepEqual([failed.rollout?.phase, failed.condition.reason, failed.condition.status], [
    "Failed",
    "ProgressDeadlineExceeded",
    "False",
  ]);
  assert.match(failed.condition.message, /not ready: a-web; 1 nodes stay on the revision that they have/);
  assert.equal(failed.deadlineMs, undefined);
});

Deno.test("each node that becomes ready gives the deadline its whole time again", () => {
  const form = following(formOf(), { nodes: [node("a", "starting"), node("b", "ready", old)] });
  const moved = following(form, { nodes: [node("a", "ready"), node("b", "starting")], now: later(50) });
  assert.equal(
    tell(moved, { nodes: [node("a", "ready"), node("b", "starting")], now: later(60) }).deadlineMs,
    50_000,
  );
});

Deno.test("the deadline of a form whose rows come late begins with their nodes", () => {
  const empty = following(formOf(), { nodes: [] });
  const late = { ...node("a", "starting"), status: {}, createdAt: "2026-01-01T01:00:00Z" };
  assert.equal(tell(empty, { nodes: [late], desired: 1, now: later(3610) }).deadlineMs, 50_000);
});

Deno.test("no deadline runs where nothing is on its way, once it is complete, while it is paused, or without a rollout", () => {
  const waiting = [node("a", "ready", old)];
  assert.equal(
    tell(following(formOf(), { nodes: waiting }), { nodes: waiting, now: later(999) }).deadlineMs,
    undefined,
  );
  const done = following(formOf(), { nodes: [node("a", "ready")] });
  const crashed = tell(done, { nodes: [node("a", "failed")], now: later(999) });
  assert.deepEqual([crashed.deadlineMs, crashed.condition.reason], [undefined, "RolloutComplete"]);
  const nodes = [node("a", "starting"), node("b", "ready", old)];
  assert.equal(
    tell(following(formOf(), { nodes }), { nodes, paused: true, now: later(999) }).deadlineMs,
    undefined,
  );
  const plain = storedForm({ status: {} });
  assert.equal(tell(following(plain, { nodes }), { nodes, now: later(9999) }).deadlineMs, undefined);
});

Deno.test("a pause moves no time in the status until its end, which gives the deadline its whole time again", () => {
  const nodes = [node("a", "starting"), node("b", "ready", old)];
  const form = following(formOf(), { nodes });
  const paused = following(form, { nodes, paused: true, now: later(500) });
  assert.deepEqual(paused.status.progress, form.status.progress);
  assert.equal(tell(paused, { nodes, now: later(900) }).deadlineMs, 60_000);
});

Deno.test("more failed nodes than the budget allows stop a rollout, with maxSkew and without", () => {
  const broken = ["a", "b", "c", "d"].map((row) => node(row, "failed"));
  const nodes = [...broken, node("e", "ready", old)];
  const { rollout, condition } = tell(following(storedForm({ status: {} }), { nodes }), { nodes });
  assert.equal(rollout, undefined);
  assert.deepEqual([condition.status, condition.reason], ["False", "FailureBudgetExceeded"]);
  assert.match(
    condition.message,
    /^4 nodes failed on revision web-1, more than the 3 .*a-web, b-web, c-web, d-web/,
  );
  const three = [...broken.slice(1), node("e", "ready", old)];
  assert.equal(tell(following(formOf(), { nodes: three }), { nodes: three }).condition.reason, "RollingOut");
  const strict = formOf({ ...DEADLINE, failureBudget: { minCount: 0, maxPercent: 0 } });
  assert.equal(tell(following(strict, { nodes: three }), { nodes: three }).rollout?.phase, "Failed");
});

Deno.test("what was broken before a revision came is not its failure; what an unfinished one broke stays one", () => {
  const broken = ["a", "b", "c", "d"].map((row) => node(row, "failed", old));
  const healthy = storedForm({
    status: { currentRevision: "web-0", progress: { completionTime: "2025-12-01T00:00:00Z" } },
  });
  const moved = broken.map((each) => ({ ...each, spec: { ...each.spec, revision: "web-1" } }));
  const one = tell(healthy, { nodes: moved, now: later(5) });
  assert.equal(one.progress.baselineTime, "2026-01-01T00:00:05Z");
  assert.equal(one.condition.reason, "RolloutComplete");
  const unfinished = storedForm({
    status: { currentRevision: "web-0", progress: { baselineTime: "2025-12-31T00:00:00Z" } },
  });
  const two = tell(unfinished, { nodes: moved, now: later(5) });
  assert.equal(two.progress.baselineTime, "2025-12-31T00:00:00Z");
  assert.equal(two.condition.reason, "FailureBudgetExceeded");
});

Deno.test("the message names the group of the order that is being moved", () => {
  const order = { value: "plan", first: ["canary"] };
  const rollout = { ...DEADLINE, order };
  const plan = (name: string) => ({ values: { plan: name } });
  const nodes = [node("a", "starting", plan("canary")), node("b", "ready", { ...plan("pro"), ...old })];
  assert.match(tell(formOf(rollout), { nodes }).rollout?.message ?? "", /; now plan=canary$/);
  const rest = [node("a", "ready", plan("canary")), node("b", "ready", { ...plan("pro"), ...old })];
  assert.match(tell(formOf(rollout), { nodes: rest }).rollout?.message ?? "", /; now the rest$/);
});

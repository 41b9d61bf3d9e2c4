import assert from "node:assert/strict";
import fc from "fast-check";
import { condition, formSpecOf, storedForm, storedNode } from "../../tests/support/stored_objects.ts";
import { hasFailed, isProven } from "../api/rollout.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import { nameOf } from "./plan.ts";
import { awaited, doubtsAfter, pendingWrites, stillInDoubt } from "./rollout.ts";
import { gate, movesOf, type NodeWrite } from "./rollout_gate.ts";

const NOW = new Date("2026-01-01T00:00:00Z");
const HEALTH = ["ready", "starting", "failed"] as const;

/** What happens to the cluster between two passes of the hub. */
const steps = {
  health: fc.record({
    kind: fc.constant("health" as const),
    node: fc.nat(5),
    is: fc.constantFrom(...HEALTH),
  }),
  row: fc.record({ kind: fc.constant("row" as const), node: fc.nat(5), plan: fc.constantFrom("1", "2") }),
  pause: fc.record({ kind: fc.constant("pause" as const), node: fc.nat(5) }),
  edit: fc.record({
    kind: fc.constant("edit" as const),
    revision: fc.constantFrom("web-1", "web-2", "web-3"),
  }),
  pass: fc.record({ kind: fc.constant("pass" as const), lost: fc.array(fc.nat(5), { maxLength: 2 }) }),
};
const anything = fc.oneof(steps.health, steps.row, steps.pause, steps.edit, steps.pass);
const rollout = fc.oneof(steps.health, steps.edit, steps.pass);
const many = { maxLength: 60, size: "max" as const };
const maxSkews = fc.integer({ min: 1, max: 3 });

type Step = typeof anything extends fc.Arbitrary<infer T> ? T : never;

class Cluster {
  readonly nodes = new Map<string, StoredNode>();
  form: StoredForm;
  /** Nodes that the present generation moved. */
  readonly moved = new Set<string>();
  /** More than maxSkew only where going back to a revision found as many on their way to it. */
  bound: number;
  waiting: ReturnType<typeof awaited> = [];
  doubts: ReturnType<typeof doubtsAfter> = new Map();

  constructor(readonly maxSkew: number) {
    const spec = formSpecOf({ rollout: { maxSkew, progressDeadlineSeconds: 600 } });
    this.form = storedForm({ spec, status: { currentRevision: "web-1" } });
    this.bound = maxSkew;
  }

  health(row: string, is: typeof HEALTH[number]): void {
    const node = this.nodes.get(`${row}-web`);
    if (node === undefined) return;
    // Only a node that the gate let through may come down by itself in this world.
    if (is !== "ready" && isProven(node)) return;
    if (is === "starting" && !isMoving(node)) return;
    const reason = is === "failed" ? "ResourcesFailed" : "NotAllResourcesReady";
    const ready = condition("Ready", is === "ready" ? "True" : "False", reason);
    const status = { observedGeneration: node.generation, conditions: [ready] };
    this.nodes.set(node.name, { ...node, status });
  }

  row(uid: string, plan: string): void {
    this.waiting = [...this.waiting.filter(({ row }) => row.uid !== uid), wantedOf(uid, plan)];
  }

  /** The hub marks a node whose row pauses it at once; that the row goes on is a change like any other. */
  pause(uid: string): void {
    const node = this.nodes.get(`${uid}-web`);
    this.waiting = this.waiting.filter(({ row }) => row.uid !== uid);
    if (node === undefined || this.doubts.has(node.name)) return;
    const annotations = { "lynq.sh/paused-by": "row" };
    const spec = { ...node.spec, paused: true };
    this.nodes.set(node.name, { ...node, generation: node.generation + 1, annotations, spec });
  }

  edit(currentRevision: string): void {
    this.form = { ...this.form, status: { currentRevision } };
    this.moved.clear();
    this.bound = Math.max(this.maxSkew, this.onTheirWay);
  }

  pass(lostRows: readonly string[]): void {
    const nodes = [...this.nodes.values()];
    const forms = [this.form];
    const asked = pendingWrites(this.waiting, { hub: "hub", forms, nodes, now: NOW });
    const names = new Set(asked.map(nameOf));
    const moves = movesOf({ forms, nodes, now: NOW }).filter((move) => !names.has(nameOf(move)));
    this.doubts = stillInDoubt(this.doubts, { nodes, now: NOW });
    const doubtful = new Map([...this.doubts].map(([name, { form }]) => [name, form]));
    const { writes, held } = gate({ forms, nodes, writes: [...asked, ...moves], doubtful, now: NOW });
    this.waiting = awaited(held);
    // Of some writes no answer comes; they happen all the same, unseen until the next pass.
    const isLost = (write: NodeWrite) => lostRows.some((uid) => `${uid}-web` === nameOf(write));
    const unanswered = writes.filter(isLost).map(({ wanted }) => wanted);
    const answered = writes.filter((write) => !isLost(write)).map(nameOf);
    this.doubts = doubtsAfter(this.doubts, { answered, unanswered, now: NOW });
    for (const write of writes) this.write(write);
  }

  write({ wanted }: NodeWrite): void {
    const { name, revision, row } = wanted;
    const before = this.nodes.get(name);
    if (before !== undefined && before.spec.revision !== revision) this.moved.add(name);
    const made = storedNode({ row: row.uid, form: "web" }, { spec: { revision, values: row.values } });
    const spec = { ...made.spec, paused: undefined };
    const { generation } = before ?? made;
    this.nodes.set(
      name,
      before === undefined ? made : { ...before, generation: generation + 1, annotations: {}, spec },
    );
  }

  get onTheirWay(): number {
    const { currentRevision } = this.form.status;
    return [...this.nodes.values()].filter((n) => n.spec.revision === currentRevision && isMoving(n)).length;
  }

  /** Nodes that the present generation moved and that aren't ready on it. */
  get harmed(): number {
    return [...this.nodes.values()].filter((node) => this.moved.has(node.name) && !isProven(node)).length;
  }
}

function wantedOf(uid: string, plan: string) {
  return { name: `${uid}-web`, form: "web", revision: "web-1", row: { uid, values: { plan } } };
}

function isMoving(node: StoredNode): boolean {
  if (isProven(node) || node.spec.paused === true) return false;
  return !hasFailed(node) || node.status.observedGeneration !== node.generation;
}

function happen(cluster: Cluster, of: Step): void {
  switch (of.kind) {
    case "edit":
      return cluster.edit(of.revision);
    case "health":
      return cluster.health(`n${of.node}`, of.is);
    case "row":
      return cluster.row(`n${of.node}`, of.plan);
    case "pause":
      return cluster.pause(`n${of.node}`);
    case "pass":
      return cluster.pass(of.lost.map((n) => `n${n}`));
  }
}

Deno.test("whatever happens, the nodes that are on their way to the revision are never more than maxSkew", () => {
  fc.assert(
    fc.property(maxSkews, fc.array(anything, many), (maxSkew, steps) => {
      const cluster = new Cluster(maxSkew);
      for (const each of steps) {
        happen(cluster, each);
        const { onTheirWay, bound } = cluster;
        assert(onTheirWay <= bound, `${onTheirWay} are on their way after ${JSON.stringify(each)}`);
        if (each.kind === "pass") cluster.bound = Math.max(maxSkew, onTheirWay);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("a generation moves no more nodes than maxSkew that are not ready on it, failed ones included", () => {
  fc.assert(
    fc.property(maxSkews, fc.array(rollout, many), (maxSkew, steps) => {
      const cluster = new Cluster(maxSkew);
      for (let n = 0; n < 6; n++) {
        cluster.write({ kind: "create", wanted: wantedOf(`n${n}`, "1") });
        cluster.health(`n${n}`, "ready");
      }
      for (const each of steps) {
        happen(cluster, each);
        assert(cluster.harmed <= maxSkew, `${cluster.harmed} are harmed after ${JSON.stringify(each)}`);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("a rollout whose nodes become ready comes to its end in as many passes as maxSkew asks for", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 20 }), (maxSkew, size) => {
    const cluster = new Cluster(maxSkew);
    const uids = Array.from({ length: size }, (_, i) => `n${i}`);
    for (const uid of uids) {
      const wanted = { name: `${uid}-web`, form: "web", revision: "web-0", row: { uid, values: {} } };
      cluster.write({ kind: "create", wanted });
      cluster.health(uid, "ready");
    }
    for (let passes = 0; passes < Math.ceil(size / maxSkew); passes++) {
      const nodes = [...cluster.nodes.values()];
      const writes = movesOf({ forms: [cluster.form], nodes, now: NOW });
      const gated = gate({ forms: [cluster.form], nodes, writes, doubtful: new Map(), now: NOW });
      for (const write of gated.writes) cluster.write(write);
      for (const uid of uids) cluster.health(uid, "ready");
    }
    assert.deepEqual([...cluster.nodes.values()].filter(({ spec }) => spec.revision !== "web-1"), []);
  }));
});

Deno.test("a doubt ends when its write is answered, when the node shows it, and after ninety seconds", () => {
  const wanted = { name: "a-web", form: "web", revision: "web-1", row: { uid: "a", values: {} } };
  const doubts = doubtsAfter(new Map(), { answered: [], unanswered: [wanted], now: NOW });
  const open = (revision: string, seconds: number) => {
    const nodes = [storedNode({ row: "a", form: "web" }, { spec: { revision } })];
    return stillInDoubt(doubts, { nodes, now: new Date(NOW.getTime() + seconds * 1000) }).size;
  };
  assert.deepEqual([open("web-0", 1), open("web-1", 1), open("web-0", 90)], [1, 0, 0]);
  assert.equal(doubtsAfter(doubts, { answered: ["a-web"], unanswered: [], now: NOW }).size, 0);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { condition, formSpecOf, storedForm, storedNode } from "../../tests/support/stored_objects.ts";
import { isProven } from "../api/rollout.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import { nameOf } from "./plan.ts";
import { awaited, doubtsAfter, pendingWrites, stillInDoubt } from "./rollout.ts";
import { gate, movesOf, type NodeWrite } from "./rollout_gate.ts";

const NOW = new Date("2026-01-01T00:00:00Z");
const HEALTH = ["ready", "starting", "failed"] as const;

/** What happens to the cluster between two passes of the hub. */
const step = fc.oneof(
  fc.record({ kind: fc.constant("health" as const), node: fc.nat(9), is: fc.constantFrom(...HEALTH) }),
  fc.record({ kind: fc.constant("row" as const), node: fc.nat(9), plan: fc.constantFrom("1", "2") }),
  fc.record({ kind: fc.constant("edit" as const), revision: fc.constantFrom("web-1", "web-2", "web-3") }),
  fc.record({ kind: fc.constant("pass" as const), lost: fc.array(fc.nat(9), { maxLength: 2 }) }),
);

class Cluster {
  readonly nodes = new Map<string, StoredNode>();
  form: StoredForm;
  rows: NodeWrite[] = [];

  constructor(readonly maxSkew: number) {
    const spec = formSpecOf({ rollout: { maxSkew, progressDeadlineSeconds: 600 } });
    this.form = storedForm({ spec, status: { currentRevision: "web-1" } });
  }

  health(row: string, is: typeof HEALTH[number]): void {
    const node = this.nodes.get(`${row}-web`);
    if (node === undefined) return;
    // Only a node that the gate let through may come down by itself in this world.
    if (is !== "ready" && isProven(node)) return;
    const reason = is === "failed" ? "ResourcesFailed" : "NotAllResourcesReady";
    const ready = condition("Ready", is === "ready" ? "True" : "False", reason);
    const status = { observedGeneration: node.generation, conditions: [ready] };
    this.nodes.set(node.name, { ...node, status });
  }

  write({ wanted }: NodeWrite): void {
    const { name, revision, row } = wanted;
    const before = this.nodes.get(name);
    const made = storedNode({ row: row.uid, form: "web" }, { spec: { revision, values: row.values } });
    this.nodes.set(
      name,
      before === undefined ? made : {
        ...before,
        generation: before.generation + 1,
        spec: { ...before.spec, revision, values: row.values },
      },
    );
  }

  get updating(): number {
    const { currentRevision } = this.form.status;
    return [...this.nodes.values()].filter((n) => n.spec.revision === currentRevision && !isProven(n)).length;
  }
}

Deno.test("whatever happens, the nodes on the revision that are not ready on it are never more than maxSkew", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 60 }), (maxSkew, steps) => {
      const cluster = new Cluster(maxSkew);
      let waiting: ReturnType<typeof awaited> = [];
      let doubts: ReturnType<typeof doubtsAfter> = new Map();
      for (const each of steps) {
        if (each.kind === "edit") {
          const before = cluster.updating;
          cluster.form = { ...cluster.form, status: { currentRevision: each.revision } };
          // Going back to a revision that an earlier rollout left unfinished adds what that one left.
          if (cluster.updating > Math.max(before, maxSkew)) return;
        } else if (each.kind === "health") cluster.health(`n${each.node}`, each.is);
        else if (each.kind === "row") {
          const row = { uid: `n${each.node}`, values: { plan: each.plan } };
          waiting = [
            ...waiting.filter(({ row: { uid } }) => uid !== row.uid),
            { name: `${row.uid}-web`, form: "web", revision: "web-1", row },
          ];
        } else {
          const nodes = [...cluster.nodes.values()];
          const forms = [cluster.form];
          const asked = pendingWrites(waiting, { hub: "hub", forms, nodes, now: NOW });
          const names = new Set(asked.map(nameOf));
          const writes = [
            ...asked,
            ...movesOf({ forms, nodes, now: NOW }).filter((w) => !names.has(nameOf(w))),
          ];
          doubts = stillInDoubt(doubts, { nodes, now: NOW });
          const doubtful = new Map([...doubts].map(([name, { form }]) => [name, form]));
          const gated = gate({ forms, nodes, writes, doubtful, now: NOW });
          waiting = awaited(gated.held);
          // Of some writes no answer comes; they happen all the same, unseen until the next pass.
          const lost = new Set(each.lost.map((n) => `n${n}-web`));
          const unanswered = gated.writes.filter((write) => lost.has(nameOf(write))).map(({ wanted }) =>
            wanted
          );
          const answered = gated.writes.map(nameOf).filter((name) => !lost.has(name));
          doubts = doubtsAfter(doubts, { answered, unanswered, now: NOW });
          for (const write of gated.writes) cluster.write(write);
        }
        assert(cluster.updating <= maxSkew, `${cluster.updating} are updating after ${JSON.stringify(each)}`);
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

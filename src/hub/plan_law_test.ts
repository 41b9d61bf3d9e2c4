import fc from "fast-check";
import assert from "node:assert/strict";
import { formSpecOf, readyStatus, storedForm, storedNode } from "../../tests/support/stored_objects.ts";
import type { RowVerdict } from "../api/row.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import { uidOf } from "./distinct_rows.ts";
import { type HubPlan, nameOf, planHub } from "./plan.ts";

const NOW = new Date("2026-01-01T00:00:00Z");
const uid = fc.constantFrom("a", "b", "a-b", "c", "toString");
const values = fc.dictionary(fc.constantFrom("plan", "toString", "x"), fc.constantFrom("", "1", "2"));
const row: fc.Arbitrary<RowVerdict> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ uid, values }).map((row) => ({ kind: "active" as const, row })) },
  fc.record({ uid, values }).map((row) => ({ kind: "paused" as const, row })),
  uid.map((uid) => ({ kind: "inactive" as const, uid })),
  fc.record({ uid, column: fc.constantFrom("activate" as const, "pause" as const) }).map((of) => ({
    kind: "unknown" as const,
    ...of,
  })),
  uid.map((uid) => ({ kind: "quarantined" as const, uid, shape: "it is odd" })),
);
const form = fc.record({
  name: fc.constantFrom("web", "api", "b-web"),
  maxSkew: fc.nat(2),
  revision: fc.option(fc.constantFrom("1", "2"), { nil: undefined }),
  paused: fc.boolean(),
}).map(({ name, maxSkew, revision, paused }) =>
  storedForm({
    name,
    spec: formSpecOf({ rollout: { maxSkew, progressDeadlineSeconds: 600 }, paused }),
    status: revision === undefined ? {} : { currentRevision: `${name}-${revision}` },
  })
);
const pausing = fc.constantFrom("none" as const, "row" as const, "hand" as const);
const node = fc.record({
  row: uid,
  form: fc.constantFrom("web", "api", "b-web", "old"),
  ready: fc.constantFrom("True" as const, "False" as const),
  deleting: fc.boolean(),
  suffix: fc.constantFrom("", "-1a2b3c4d"),
  frozen: fc.constantFrom(undefined, "DuplicateUid", "UnknownPause"),
  pausing,
  values,
}).map(({ row, form, ready, deleting, suffix, frozen, pausing, values }) =>
  storedNode({ row, form }, {
    name: `${row}-${form}${suffix}`,
    status: readyStatus(ready),
    deleting,
    annotations: {
      ...(frozen === undefined ? {} : { "lynq.sh/frozen": frozen }),
      ...(pausing === "row" ? { "lynq.sh/paused-by": "row" } : {}),
    },
    spec: { values, ...(pausing === "none" ? {} : { paused: true }) },
  })
);
const distinct = <T extends { readonly name: string }>(one: fc.Arbitrary<T>, maxLength: number) =>
  fc.uniqueArray(one, { maxLength, selector: ({ name }) => name });
const foreign = fc.uniqueArray(fc.constantFrom<string>("a-web", "b-web", "a-b-web", "c-api"));
const world = fc.record({
  forms: distinct<StoredForm>(form, 3),
  rows: fc.array(row, { maxLength: 8 }),
  nodes: distinct<StoredNode>(node, 8),
  foreign,
}).map(({ nodes, foreign, ...rest }) => ({
  ...rest,
  nodes,
  foreign: foreign.filter((name) => nodes.every((node) => node.name !== name)),
}));

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

const planOf = ({ forms, rows, nodes, foreign }: World): HubPlan =>
  planHub({
    hub: "hub",
    forms,
    rows,
    nodes,
    now: NOW,
    isForeign: (name) => foreign.includes(name) || nodes.some((node) => node.name === name),
  });

/** The nodes after the plan: written ones are new to the node controller, deleted ones are gone. */
function after(nodes: readonly StoredNode[], { changes, marks }: HubPlan): StoredNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  for (const change of changes) {
    byName.delete(nameOf(change));
    if (change.kind === "delete") continue;
    const { name, form, revision, row } = change.wanted;
    byName.set(name, storedNode({ row: row.uid, form }, { name, spec: { revision, values: row.values } }));
  }
  for (const { node, marks: { frozen, paused } } of marks) {
    // An update of the node does it too.
    if (byName.get(node.name) !== node) continue;
    const annotations = {
      ...(frozen === undefined ? {} : { "lynq.sh/frozen": frozen }),
      ...(paused ? { "lynq.sh/paused-by": "row" } : {}),
    };
    byName.set(node.name, { ...node, annotations, spec: { ...node.spec, paused } });
  }
  return [...byName.values()];
}

const HELD: readonly RowVerdict["kind"][] = ["unknown", "quarantined", "paused"];

Deno.test("planning against its own result changes nothing", () => {
  fc.assert(fc.property(world, (before) => {
    const first = planOf(before);
    const second = planOf({ ...before, nodes: after(before.nodes, first) });
    assert.deepEqual(second.changes.map(nameOf), []);
    assert.deepEqual(second.marks.map(({ node }) => node.name), []);
    assert.equal(second.desired, first.desired);
  }));
});

Deno.test("a row that is paused or can't be understood never makes, changes or deletes a node", () => {
  fc.assert(fc.property(world, (of) => {
    const held = new Set(of.rows.flatMap((each) => HELD.includes(each.kind) ? [uidOf(each)] : []));
    const alive = new Set(of.forms.map(({ name }) => name));
    for (const change of planOf(of).changes) {
      if (change.kind === "delete" && !alive.has(change.node.spec.templateRef)) continue;
      const { uid } = change.kind === "delete" ? change.node.spec : change.wanted.row;
      assert(!held.has(uid), nameOf(change));
    }
  }));
});

Deno.test("nodes of a paused form are left alone, those that a person paused are deleted at most", () => {
  fc.assert(fc.property(world, (of) => {
    const paused = new Set(of.forms.flatMap(({ name, spec }) => spec.paused === true ? [name] : []));
    const { changes, marks } = planOf(of);
    for (const change of changes) {
      const form = change.kind === "delete" ? change.node.spec.templateRef : change.wanted.form;
      assert(!paused.has(form), nameOf(change));
      if (change.kind !== "update") continue;
      const { spec, annotations } = change.node;
      assert(spec.paused !== true || annotations["lynq.sh/paused-by"] === "row", nameOf(change));
    }
    for (const { node } of marks) assert(!paused.has(node.spec.templateRef), node.name);
  }));
});

Deno.test("no two nodes get one name, no name is changed twice, and what has a node keeps its name", () => {
  fc.assert(fc.property(world, (of) => {
    const made = planOf(of);
    for (const names of [made.changes.map(nameOf), made.marks.map(({ node }) => node.name)]) {
      assert.equal(new Set(names).size, names.length);
    }
    const taken = new Set([...of.nodes.map(({ name }) => name), ...of.foreign]);
    for (const change of made.changes) {
      if (change.kind === "update") assert.equal(change.wanted.name, change.node.name);
      if (change.kind !== "create") continue;
      assert(!taken.has(change.wanted.name), change.wanted.name);
      assert(
        of.nodes.every(({ spec }) =>
          spec.uid !== change.wanted.row.uid || spec.templateRef !== change.wanted.form
        ),
      );
    }
  }));
});

Deno.test("the order of rows and forms has no effect", () => {
  const shuffled = fc.tuple(fc.array(row, { maxLength: 8 }), world).chain(([rows, of]) =>
    fc.tuple(
      fc.constant({ ...of, rows }),
      fc.shuffledSubarray(rows, { minLength: rows.length }),
      fc.shuffledSubarray(of.forms, { minLength: of.forms.length }),
    )
  );
  fc.assert(fc.property(shuffled, ([of, rows, forms]) => {
    const told = ({ changes, marks, problems, desired }: HubPlan) => ({
      changes: changes.map((c) => `${c.kind} ${nameOf(c)}`),
      marks,
      problems,
      desired,
    });
    assert.deepEqual(told(planOf({ ...of, rows, forms })), told(planOf(of)));
  }));
});

import fc from "fast-check";
import assert from "node:assert/strict";
import { formSpecOf, readyStatus, storedForm, storedNode } from "../../tests/support/stored_objects.ts";
import type { RowVerdict } from "../api/row.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import { type HubPlan, nameOf, planHub } from "./plan.ts";

const uid = fc.constantFrom("a", "b", "a-b", "c", "toString");
const values = fc.dictionary(fc.constantFrom("plan", "toString", "x"), fc.constantFrom("", "1", "2"));
const row: fc.Arbitrary<RowVerdict> = fc.oneof(
  fc.record({ uid, values }).map((row) => ({ kind: "active" as const, row })),
  uid.map((uid) => ({ kind: "inactive" as const, uid })),
  uid.map((uid) => ({ kind: "unknown" as const, uid })),
  uid.map((uid) => ({ kind: "quarantined" as const, uid, shape: "it is odd" })),
);
const form = fc.record({
  name: fc.constantFrom("web", "api", "b-web"),
  maxSkew: fc.nat(2),
  revision: fc.option(fc.constantFrom("1", "2"), { nil: undefined }),
}).map(({ name, maxSkew, revision }) =>
  storedForm({
    name,
    spec: formSpecOf({ rollout: { maxSkew, progressDeadlineSeconds: 600 } }),
    status: revision === undefined ? {} : { currentRevision: `${name}-${revision}` },
  })
);
const node = fc.record({
  row: uid,
  form: fc.constantFrom("web", "api", "b-web", "old"),
  ready: fc.constantFrom("True" as const, "False" as const),
  deleting: fc.boolean(),
  values,
}).map(({ row, form, ready, deleting, values }) =>
  storedNode({ row, form }, { status: readyStatus(ready), deleting, spec: { values } })
);
const distinct = <T extends { readonly name: string }>(one: fc.Arbitrary<T>, maxLength: number) =>
  fc.uniqueArray(one, { maxLength, selector: ({ name }) => name });
const world = fc.record({
  forms: distinct<StoredForm>(form, 3),
  rows: fc.array(row, { maxLength: 8 }),
  nodes: distinct<StoredNode>(node, 8),
});

/** The nodes after the changes: written ones are new to the node controller, deleted ones are gone. */
function after(nodes: readonly StoredNode[], { changes }: HubPlan): StoredNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  for (const change of changes) {
    byName.delete(nameOf(change));
    if (change.kind === "delete") continue;
    const { name, form, revision, row } = change.wanted;
    byName.set(name, storedNode({ row: row.uid, form }, { spec: { revision, values: row.values } }));
  }
  return [...byName.values()];
}

Deno.test("planning against its own result changes nothing but what waited for room or for a name to be free", () => {
  fc.assert(fc.property(world, ({ forms, rows, nodes }) => {
    const first = planHub({ hub: "hub", forms, rows, nodes });
    const second = planHub({ hub: "hub", forms, rows, nodes: after(nodes, first) });
    const waited = new Set(first.throttled.map(({ form }) => form));
    const freed = new Set(first.changes.filter(({ kind }) => kind === "delete").map(nameOf));
    for (const change of second.changes) {
      const late = change.kind !== "delete" && waited.has(change.wanted.form);
      assert(late || freed.has(nameOf(change)), `${change.kind} ${nameOf(change)}`);
    }
  }));
});

Deno.test("a row that can't be understood never causes a deletion", () => {
  fc.assert(fc.property(world, ({ forms, rows, nodes }) => {
    const unsure = new Set(
      rows.flatMap((each) => each.kind === "unknown" || each.kind === "quarantined" ? [each.uid] : []),
    );
    const alive = new Set(forms.map(({ name }) => name));
    for (const change of planHub({ hub: "hub", forms, rows, nodes }).changes) {
      if (change.kind !== "delete" || !alive.has(change.node.spec.templateRef)) continue;
      assert(!unsure.has(change.node.spec.uid), nameOf(change));
    }
  }));
});

Deno.test("no name is changed twice, and no form has more nodes updating than maxSkew allows anew", () => {
  fc.assert(fc.property(world, ({ forms, rows, nodes }) => {
    const made = planHub({ hub: "hub", forms, rows, nodes });
    const names = made.changes.map(nameOf);
    assert.equal(new Set(names).size, names.length);
    for (const form of forms) {
      const maxSkew = form.spec.rollout?.maxSkew ?? 0;
      const created = made.changes.filter((c) => c.kind === "create" && c.wanted.form === form.name);
      if (maxSkew > 0) assert(created.length <= maxSkew, form.name);
    }
  }));
});

Deno.test("the order of rows has no effect", () => {
  const shuffled = fc.array(row, { maxLength: 8 }).chain((rows) =>
    fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))
  );
  fc.assert(fc.property(shuffled, world, ([rows, other], { forms, nodes }) => {
    const told = (of: readonly RowVerdict[]) =>
      planHub({ hub: "hub", forms, rows: of, nodes }).changes.map((c) => `${c.kind} ${nameOf(c)}`);
    assert.deepEqual(told(rows), told(other));
  }));
});

import assert from "node:assert/strict";
import { storedNode } from "../../tests/support/stored_objects.ts";
import { leavesDependents } from "../api/orphaning.ts";
import type { StoredNode } from "../api/stored.ts";
import { Orphaning } from "./orphaning.ts";

const entry = (value: StoredNode) => {
  return { key: `ns/${value.name}`, uid: value.uid, resourceVersion: "1", value };
};
const of = (part: Partial<Omit<StoredNode, "spec">>) => storedNode({ row: "acme", form: "web" }, part);

Deno.test("that a deletion leaves dependents behind is remembered until the object is gone", () => {
  const orphaning = new Orphaning();
  const going = of({ deleting: true });
  assert.equal(leavesDependents(going, orphaning), false);
  const now = entry(of({ deleting: true, finalizers: ["orphan"] }));
  orphaning.note({ kind: "modified", by: "watch", was: entry(of({})), now });
  orphaning.note({ kind: "modified", by: "watch", was: now, now: entry(going) });
  assert.equal(leavesDependents(going, orphaning), true);
  orphaning.note({ kind: "deleted", by: "watch", was: entry(going) });
  assert.equal(leavesDependents(going, orphaning), false);
});

Deno.test("an annotation says so too, and another finalizer doesn't", () => {
  const orphaning = new Orphaning();
  assert.equal(
    leavesDependents(of({ annotations: { "lynq.sh/orphan-dependents": "true" } }), orphaning),
    true,
  );
  assert.equal(leavesDependents(of({ finalizers: ["foregroundDeletion"] }), orphaning), false);
});

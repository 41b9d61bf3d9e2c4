import assert from "node:assert/strict";
import fc from "fast-check";
import { storedNode } from "../../tests/support/stored_objects.ts";
import { guardDeletions, type Guarded } from "./deletion_guard.ts";
import type { DeletionCause, NodeChange } from "./plan.ts";

const rowsOf = (count: number) => Array.from({ length: count }, (_, n) => `r${n}`);

function gone(row: string, cause: DeletionCause = "RowGone"): NodeChange {
  return { kind: "delete", node: storedNode({ row, form: "web" }), cause };
}

function guarded(of: {
  gone: readonly NodeChange[];
  total: number;
  recent?: number;
  approved?: string;
  covered?: readonly string[];
  guard?: { enabled: boolean; maxPercent: number; minCount: number };
}): Guarded {
  return guardDeletions({
    changes: of.gone,
    uids: new Set(rowsOf(of.total)),
    guard: of.guard,
    approved: of.approved,
    covered: new Set(of.covered),
    recent: of.recent ?? 0,
  });
}

const first = (count: number) => rowsOf(count).map((row) => gone(row));

Deno.test("one row goes without approval, whatever its share", () => {
  assert.equal(guarded({ gone: first(1), total: 1 }).held, undefined);
  assert.equal(guarded({ gone: first(1), total: 4, recent: 50 }).held, undefined);
});

Deno.test("all of two or more rows are held, and no change of theirs is left", () => {
  const { held, changes } = guarded({ gone: first(2), total: 2 });
  assert.deepEqual(changes, []);
  assert.deepEqual({ rows: held?.rows, of: held?.of, nodes: held?.nodes }, {
    rows: 2,
    of: 2,
    nodes: ["r0-web", "r1-web"],
  });
});

Deno.test("many are held only above the share and above the count", () => {
  assert.equal(guarded({ gone: first(3), total: 5 }).held, undefined);
  assert.equal(guarded({ gone: first(4), total: 5 }).held?.rows, 4);
  assert.equal(guarded({ gone: first(20), total: 100 }).held, undefined);
  assert.equal(guarded({ gone: first(21), total: 100 }).held?.rows, 21);
});

Deno.test("rows that went a moment ago count, so that a trickle is held too", () => {
  assert.equal(guarded({ gone: first(2), total: 10, recent: 1 }).held, undefined);
  assert.equal(guarded({ gone: first(2), total: 10, recent: 2 }).held?.rows, 2);
});

Deno.test("inactive rows, deleted forms and a guard that is off are not held", () => {
  assert.equal(guarded({ gone: rowsOf(9).map((row) => gone(row, "RowInactive")), total: 9 }).held, undefined);
  assert.equal(guarded({ gone: rowsOf(9).map((row) => gone(row, "FormGone")), total: 9 }).held, undefined);
  const guard = { enabled: false, maxPercent: 20, minCount: 3 };
  assert.equal(guarded({ gone: first(9), total: 9, guard }).held, undefined);
});

Deno.test("the hash approves these deletions and any part of them, and no others", () => {
  const { held } = guarded({ gone: first(9), total: 10 });
  const approved = guarded({ gone: first(9), total: 10, approved: held?.hash ?? "" });
  assert.equal(approved.held, undefined);
  assert.equal(approved.changes.length, 9);
  const covered = [...approved.covered];
  assert.equal(guarded({ gone: first(5), total: 10, covered }).held, undefined);
  assert.equal(guarded({ gone: [...first(5), gone("r9")], total: 10, covered }).held?.rows, 6);
});

Deno.test("without approval never more rows go than one, the count, or the share", () => {
  fc.assert(fc.property(fc.nat(40), fc.integer({ min: 1, max: 40 }), (count, total) => {
    const rows = Math.min(count, total);
    const { changes } = guarded({ gone: first(rows), total });
    assert(changes.length <= Math.max(1, 3, total * 0.2));
    if (total >= 2) assert(changes.length < total);
  }));
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { storedNode } from "../../tests/support/stored_objects.ts";
import { guardDeletions, type Guarded } from "./deletion_guard.ts";
import type { DeletionLedger } from "../api/hub.ts";
import type { DeletionCause, NodeChange } from "./plan.ts";

const rowsOf = (count: number) => Array.from({ length: count }, (_, n) => `r${n}`);

function gone(row: string, cause: DeletionCause = "RowGone"): NodeChange {
  return { kind: "delete", node: storedNode({ row, form: "web" }), cause };
}

const NOW = new Date("2026-01-01T12:00:00Z");
const GUARD = { enabled: true, maxPercent: 20, minCount: 3, protectForms: false };

function guarded(of: {
  gone: readonly NodeChange[];
  total: number;
  recent?: number;
  annotation?: string;
  ledger?: DeletionLedger;
  guard?: Partial<typeof GUARD>;
}): Guarded {
  const went = of.recent === undefined
    ? undefined
    : [{ time: "2026-01-01T11:55:00Z", rows: of.recent, marks: "" }];
  return guardDeletions({
    changes: of.gone,
    uids: new Set(rowsOf(of.total)),
    guard: of.guard === undefined ? undefined : { ...GUARD, ...of.guard },
    annotation: of.annotation,
    ledger: of.ledger ?? (went === undefined ? undefined : { went }),
    now: NOW,
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

Deno.test("rows that turn inactive are judged as rows that vanish, together with them", () => {
  const inactive = (rows: readonly string[]) => rows.map((row) => gone(row, "RowInactive"));
  assert.equal(guarded({ gone: inactive(["r0"]), total: 1 }).held, undefined);
  assert.equal(guarded({ gone: inactive(["r0", "r1"]), total: 2 }).held?.rows, 2);
  const { held } = guarded({ gone: [...first(2), ...inactive(["r2", "r3"])], total: 10 });
  assert.deepEqual([held?.rows, held?.causes], [4, { RowGone: 2, RowInactive: 2 }]);
});

Deno.test("nodes of a deleted form are held only where the hub says so", () => {
  const form = rowsOf(9).map((row) => gone(row, "FormGone"));
  assert.equal(guarded({ gone: form, total: 9 }).held, undefined);
  assert.equal(guarded({ gone: form, total: 9, guard: { protectForms: true } }).held?.rows, 9);
});

Deno.test("a guard that is off holds nothing, and a wider one less", () => {
  assert.equal(guarded({ gone: first(9), total: 9, guard: { enabled: false } }).held, undefined);
  assert.equal(guarded({ gone: first(9), total: 10, guard: { maxPercent: 95 } }).held, undefined);
  assert.equal(guarded({ gone: first(9), total: 10, guard: { minCount: 9 } }).held, undefined);
  assert.equal(guarded({ gone: first(9), total: 10, guard: { maxPercent: 80, minCount: 8 } }).held?.rows, 9);
});

Deno.test("the hash approves these deletions and any part of them, and no others", () => {
  const { held } = guarded({ gone: first(9), total: 10 });
  const annotation = held?.hash ?? "";
  const now = guarded({ gone: first(9), total: 10, annotation });
  assert.deepEqual([now.held, now.changes.length], [undefined, 9]);
  const ledger: DeletionLedger = now.approved === undefined ? {} : { approved: now.approved };
  assert.equal(guarded({ gone: first(5), total: 10, annotation, ledger }).held, undefined);
  const others = ["r9", "r10", "r11", "r12"].map((row) => gone(row));
  const more = guarded({ gone: [...first(5), ...others], total: 13, annotation, ledger });
  assert.deepEqual(more.held?.nodes, ["r10-web", "r11-web", "r12-web", "r9-web"]);
  assert.equal(more.changes.length, 5);
});

Deno.test("an approval of what was told counts for the part that is still to go", () => {
  const { held } = guarded({ gone: first(9), total: 20 });
  const ledger: DeletionLedger = { held: { hash: held?.hash ?? "", marks: held?.marks ?? "" } };
  const now = guarded({ gone: first(6), total: 20, annotation: held?.hash ?? "", ledger });
  assert.deepEqual([now.held, now.changes.length], [undefined, 6]);
});

Deno.test("what came back is no more approved: the old annotation lets nothing go again", () => {
  const { held } = guarded({ gone: first(9), total: 9 });
  const annotation = held?.hash ?? "";
  const { approved } = guarded({ gone: first(9), total: 9, annotation });
  const back = guarded({ gone: [], total: 9, annotation, ledger: { approved } });
  assert.deepEqual(back.approved, { hash: annotation, marks: "" });
  const again = guarded({ gone: first(9), total: 9, annotation, ledger: { approved: back.approved } });
  assert.deepEqual([again.held?.rows, again.held?.spent, again.changes.length], [9, true, 0]);
  const anew = guarded({ gone: first(9), total: 9, ledger: { approved: back.approved } });
  assert.equal(anew.approved, undefined);
});

Deno.test("without approval never more rows go than one, the count, or the share", () => {
  fc.assert(fc.property(fc.nat(40), fc.integer({ min: 1, max: 40 }), (count, total) => {
    const rows = Math.min(count, total);
    const { changes } = guarded({ gone: first(rows), total });
    assert(changes.length <= Math.max(1, 3, total * 0.2));
    if (total >= 2) assert(changes.length < total);
  }));
});

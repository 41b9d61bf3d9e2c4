import assert from "node:assert/strict";
import fc from "fast-check";
import type { DeletionLedger } from "../api/hub.ts";
import { marksIn } from "../api/approval.ts";
import { marksOf, recentRows, wentAfter } from "./deletion_ledger.ts";

const START = Date.parse("2026-01-01T00:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1000);

function after(passes: readonly { at: number; rows: number }[]): DeletionLedger {
  return passes.reduce<DeletionLedger>(
    (ledger, pass) => ({ went: wentAfter(ledger, { rows: pass.rows, marks: "", now: at(pass.at) }) }),
    {},
  );
}

Deno.test("rows count for ten minutes and no longer", () => {
  const ledger = after([{ at: 0, rows: 2 }, { at: 300, rows: 1 }]);
  assert.equal(recentRows(ledger, at(300)), 3);
  assert.equal(recentRows(ledger, at(601)), 1);
  assert.equal(recentRows(ledger, at(901)), 0);
  assert.equal(recentRows(undefined, at(0)), 0);
});

Deno.test("a clock that was set back forgets nothing", () => {
  assert.equal(recentRows(after([{ at: 600, rows: 4 }]), at(0)), 4);
});

Deno.test("no row is counted for less than ten minutes, and the ledger stays short", () => {
  const passes = fc.array(fc.record({ wait: fc.nat(40), rows: fc.integer({ min: 1, max: 9 }) }), {
    maxLength: 200,
  });
  fc.assert(fc.property(passes, (waits) => {
    let time = 0;
    const all = waits.map(({ wait, rows }) => ({ at: time += wait, rows }));
    const ledger = after(all);
    const within = all.filter((each) => time - each.at < 600).reduce((sum, { rows }) => sum + rows, 0);
    assert(recentRows(ledger, at(time)) >= within);
    assert((ledger.went?.length ?? 0) <= 42);
  }));
});

Deno.test("marks of nodes take six characters each, and tell nodes apart by UID", () => {
  const nodes = Array.from({ length: 500 }, (_, n) => ({ uid: `uid-${n}` }));
  const marks = marksOf(nodes);
  assert.equal(marks.length, 3000);
  assert.equal(marksIn(marks).size, 500);
});

import assert from "node:assert/strict";
import { type Changes, changesOf, extraRows, inRounds, rowsToDelete } from "./bulk_changes.ts";
import { bulkLines } from "./bulk_report.ts";
import type { Stage } from "./stage.ts";

const STAGE = {
  objects: { apply: () => Promise.resolve() },
  rows: { exec: () => Promise.resolve() },
} as unknown as Stage;

function changes(rows: number): Promise<Changes> {
  return changesOf(STAGE, { namespace: "bench", rows });
}

Deno.test("a round deletes and edits a child, changes rows by turns, and touches no row twice", async () => {
  const order = [...inRounds(await changes(300))];
  const round = ["deletedChild", "editedChild", "plainWrite"];
  assert.deepEqual(
    order.slice(0, 14).map(({ kind }) => kind),
    [...round, "changedRow", ...round, ...round, ...round, "insertedRow"],
  );
  const touched = order.filter(({ kind }) => kind !== "plainWrite")
    .map(({ change: { child } }) => child.replace(/-cm\d$/, ""));
  assert.equal(new Set(touched).size, touched.length);
  assert.equal(order.filter(({ kind }) => kind === "deletedRow").length, 6);
});

Deno.test("rows are deleted as far as nobody has to approve it", async () => {
  assert.deepEqual([4, 100, 300, 3000].map((rows) => extraRows({ namespace: "bench", rows })), [0, 7, 7, 7]);
  assert.equal(rowsToDelete({ namespace: "bench", rows: 4 }), undefined);
  assert.match(
    rowsToDelete({ namespace: "bench", rows: 24 }) ?? "",
    /^INSERT INTO bench VALUES \('zd0',.*'zd1'/,
  );
  assert.deepEqual((await changes(4)).deletedRow, []);
});

Deno.test("a repair is seen by what came after the edit, and an own write by its version", async () => {
  const { editedChild: [edited], deletedChild: [deleted], plainWrite: [plain] } = await changes(300);
  const child = (resourceVersion: string, host: string) => ({ uid: "u", resourceVersion, data: { host } });
  const since = { before: child("9", "a.example.com"), made: "10" };
  const seen = [child("9", "a.example.com"), child("10", "edited"), child("11", "a.example.com")]
    .map((now) => edited?.seen(now, since));
  assert.deepEqual(seen, [false, false, true]);
  const again = { ...child("12", "a.example.com"), uid: "v" };
  assert.deepEqual([since.before, undefined, again].map((now) => deleted?.seen(now, since)), [
    ...[false, false],
    true,
  ]);
  assert.deepEqual(["9", "10"].map((version) => plain?.seen(child(version, ""), since)), [false, true]);
});

Deno.test("the table tells median, worst and what was still to be made, or that there was nothing in time", () => {
  const during = { times: 9, median: 0.1, worst: 0.3, leftAtWorst: 420, leastLeft: 3 };
  const some = { during, outlasted: undefined };
  const none = { during: undefined, outlasted: { times: 1, worst: 6 } };
  const rows = { changedRow: none, insertedRow: none, deletedRow: none };
  const reactions = { deletedChild: some, editedChild: some, ...rows, plainWrite: some };
  const bulk = { nodes: 1000, resources: 3000, seconds: 10, perSecond: 300, reactions };
  const lines = bulkLines({ bulks: [bulk, bulk], poll: "5s" });
  assert.equal(lines[0], "| others made meanwhile: nodes x resources | 1000 x 3 | 1000 x 3 |");
  assert.match(lines[2] ?? "", /\| 0\.1 \/ 0\.3 \(420\) \| 0\.1 \/ 0\.3 \(420\) \|$/);
  assert.match(lines[4] ?? "", /read every 5s.*\| none \| none \|$/);
});

import assert from "node:assert/strict";
import { hotSpots, hotSpotTable } from "./hot_spots.ts";

const frame = (functionName: string, url = "", lineNumber = 0) => ({ functionName, url, lineNumber });

Deno.test("time is summed by function, idle time left out, the largest first", () => {
  const spots = hotSpots({
    nodes: [
      { id: 1, callFrame: frame("(idle)") },
      { id: 2, callFrame: frame("render", "file:///home/a/project/src/template/run.ts", 9) },
      { id: 3, callFrame: frame("(garbage collector)") },
      { id: 4, callFrame: frame("render", "file:///home/a/project/src/template/run.ts", 9) },
      { id: 5, callFrame: frame("", "ext:deno_fetch/26_fetch.js", 1) },
    ],
    samples: [1, 2, 3, 4, 5],
    timeDeltas: [90_000, 4_000, 3_000, 2_000, 1_000],
  }, 2);
  assert.deepEqual(spots, [
    { name: "render src/template/run.ts:10", milliseconds: 6, share: 0.6 },
    { name: "(garbage collector)", milliseconds: 3, share: 0.3 },
  ]);
  assert.match(hotSpotTable(spots), /^\| render src\/template\/run\.ts:10 \| 6 \| 60\.0 \|$/m);
});

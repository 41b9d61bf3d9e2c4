import assert from "node:assert/strict";
import type { FleetFigures } from "./fleet_bench.ts";
import { growthOf, growthText } from "./growth.ts";

const UNSEEN = { during: undefined, outlasted: undefined };

function figures(rows: number, of: { cpu: number; restingMb: number; peakMb: number }): FleetFigures {
  return {
    rows,
    resources: rows * 10,
    ideal: { perSecond: 800, cpuMsPerResource: 0.3 },
    shareOfIdeal: 0.75,
    cold: {
      seconds: rows * 10 / 600,
      perSecond: 600,
      requestsPerResource: 1.2,
      cpuMsPerResource: of.cpu,
      baseMb: 100,
      peakMb: of.peakMb,
    },
    silent: { requestsPerMinute: 0, cpuPercent: 0, residentMb: of.restingMb },
    reaction: {
      deletedChild: 0,
      editedChild: 0,
      changedRow: 0,
      insertedRow: 0,
      deletedRow: 0,
      changedRowRequests: 8,
    },
    bulk: {
      nodes: 1000,
      resources: 3000,
      seconds: 6,
      perSecond: 500,
      reactions: {
        deletedChild: UNSEEN,
        editedChild: UNSEEN,
        changedRow: UNSEEN,
        insertedRow: UNSEEN,
        deletedRow: UNSEEN,
        plainWrite: UNSEEN,
      },
    },
    formEdit: { seconds: 1, requestsPerNode: 3 },
    restart: { seconds: 1, requests: 14, writes: 0, cpuSeconds: 1 },
    removedAfter: 1,
  };
}

Deno.test("slopes lie between the smallest and the largest fleet, and larger ones are estimated by them", () => {
  const growth = growthOf([
    figures(1000, { cpu: 0.6, restingMb: 140, peakMb: 200 }),
    figures(100, { cpu: 1.05, restingMb: 122, peakMb: 164 }),
    figures(300, { cpu: 0.75, restingMb: 126, peakMb: 172 }),
  ]);
  assert.deepEqual(growth, {
    requestsSpread: 1,
    cpuSpread: 1.75,
    cpuMs: 0.55,
    cpuOnceSeconds: 0.5,
    restingKb: 2.05,
    peakKb: 4.1,
    estimates: [
      { rows: 10_000, resources: 100_000, restingMb: 320, peakMb: 560, minutes: 2.78 },
      { rows: 100_000, resources: 1_000_000, restingMb: 2120, peakMb: 4160, minutes: 27.78 },
    ],
  });
  assert.match(growthText(growth), /^- 100,000 rows \(1,000,000 resources\) would need 2120 MB at rest/m);
});

Deno.test("one size, or two that are much alike, tell nothing of growth", () => {
  assert.equal(growthOf([]), undefined);
  const alike = [
    figures(100, { cpu: 1, restingMb: 122, peakMb: 164 }),
    figures(200, { cpu: 1, restingMb: 120, peakMb: 160 }),
  ];
  assert.equal(growthOf(alike), undefined);
  assert.equal(growthOf([figures(100, { cpu: 0.5, restingMb: 122, peakMb: 164 })]), undefined);
});

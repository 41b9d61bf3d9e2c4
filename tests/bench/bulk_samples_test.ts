import assert from "node:assert/strict";
import { sampleFigures } from "./bulk_samples.ts";

Deno.test("what is seen after the bulk is told apart and counts for no median and no worst", () => {
  const samples = [
    { seconds: 0.2, left: 900 },
    { seconds: 0.4, left: 500 },
    { seconds: 0.1, left: 20 },
    { seconds: 0.31, left: 600 },
    { seconds: 7, left: 0 },
    { seconds: 3, left: 0 },
  ];
  assert.deepEqual(sampleFigures(samples), {
    during: { times: 4, median: 0.26, worst: 0.4, leftAtWorst: 500, leastLeft: 20 },
    outlasted: { times: 2, worst: 7 },
  });
});

Deno.test("a bulk that is made before anything is seen has no figures", () => {
  assert.deepEqual(sampleFigures([]), { during: undefined, outlasted: undefined });
  assert.deepEqual(sampleFigures([{ seconds: 1, left: 0 }]).during, undefined);
});

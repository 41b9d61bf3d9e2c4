import assert from "node:assert/strict";
import fc from "fast-check";
import { fullBucket, takeToken } from "./token_bucket.ts";

Deno.test("a burst passes at once, and then one in each part of a second", () => {
  const rate = { qps: 10, burst: 2 };
  let bucket = fullBucket(rate, 0);
  for (let n = 0; n < 2; n++) {
    const taken = takeToken(bucket, rate, 0);
    assert(taken.kind === "taken");
    bucket = taken.bucket;
  }
  assert.deepEqual(takeToken(bucket, rate, 0), { kind: "empty", waitMs: 100 });
  assert.deepEqual(takeToken(bucket, rate, 60), { kind: "empty", waitMs: 40 });
  assert.equal(takeToken(bucket, rate, 100).kind, "taken");
});

Deno.test("in any time no more pass than the burst and what the rate adds", () => {
  const rates = fc.record({ qps: fc.integer({ min: 1, max: 100 }), burst: fc.integer({ min: 1, max: 50 }) });
  fc.assert(fc.property(rates, fc.array(fc.nat(500), { maxLength: 200 }), (rate, gaps) => {
    let bucket = fullBucket(rate, 0);
    let now = 0;
    let passed = 0;
    for (const gap of gaps) {
      now += gap;
      const taken = takeToken(bucket, rate, now);
      if (taken.kind === "empty") {
        assert(taken.waitMs > 0);
        continue;
      }
      bucket = taken.bucket;
      passed++;
      assert(passed <= rate.burst + now * rate.qps / 1000 + 1e-6);
    }
  }));
});

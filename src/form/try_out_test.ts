import assert from "node:assert/strict";
import { summary } from "./try_out.ts";
import type { Trial } from "./world.ts";

const NOW = new Date("2026-01-01T00:00:00.5Z");
const of = { generation: 3, nodes: 2, desired: 2, now: NOW };

Deno.test("a dry run counts by kind and samples first what needs a look", () => {
  const trials: Trial[] = [
    { kind: "unchanged", line: "a: x" },
    { kind: "change", line: "a: y: change data.k" },
    { kind: "failure", line: "b: y: refused" },
    { kind: "delete", line: "b: z: delete" },
    { kind: "create", line: "b: w: create" },
  ];
  const told = summary(trials, of);
  const { creates, changes, deletes, unchanged, failures, generation, time } = told;
  assert.deepEqual([creates, changes, deletes, unchanged, failures, generation], [1, 1, 1, 1, 1, 3]);
  assert.equal(time, "2026-01-01T00:00:00Z");
  assert.deepEqual(told.sample, ["b: y: refused", "b: z: delete", "b: w: create", "a: y: change data.k"]);
});

Deno.test("the sample of a dry run has twenty lines at most, and a form without nodes says so", () => {
  const many = Array.from(
    { length: 50 },
    (_, i): Trial => ({ kind: "create", line: `${i} ${"x".repeat(999)}` }),
  );
  const { sample = [] } = summary(many, of);
  assert.deepEqual([sample.length, sample[0]?.length], [20, 400]);
  const none = summary([], { ...of, nodes: 0, desired: 7 });
  assert.match(none.sample?.[0] ?? "", /no node follows this form yet.* 7 rows get one each/);
});

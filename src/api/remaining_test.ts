import assert from "node:assert/strict";
import { remaining } from "./remaining.ts";

Deno.test("a small count is told as it is, a large one in two digits", () => {
  assert.deepEqual([1, 99, 100, 137, 4987].map(remaining), [
    "1",
    "99",
    "about 100",
    "about 140",
    "about 5000",
  ]);
});

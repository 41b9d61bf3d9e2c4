import assert from "node:assert/strict";
import { ageOf, humanDuration, selectorText } from "./table_cells.ts";

for (
  const [seconds, text] of [
    [0, "0s"],
    [119, "119s"],
    [120, "2m"],
    [185, "3m5s"],
    [600, "10m"],
    [10_799, "179m"],
    [10_800, "3h"],
    [12_060, "3h21m"],
    [28_800, "8h"],
    [172_800, "2d"],
    [180_000, "2d2h"],
    [691_200, "8d"],
    [63_072_000, "2y"],
    [63_936_000, "2y10d"],
    [315_360_000, "10y"],
  ] as const
) {
  Deno.test(`${seconds} seconds are printed as ${text}`, () => {
    assert.equal(humanDuration(seconds * 1000), text);
  });
}

Deno.test("an age without a time is unknown", () => {
  assert.equal(ageOf(undefined, new Date(0)), "<unknown>");
  assert.equal(ageOf("1970-01-01T00:00:00Z", new Date(5000)), "5s");
});

Deno.test("selectors are printed as kubectl does", () => {
  assert.equal(selectorText({ matchLabels: { b: "2", a: "1" } }), "a=1,b=2");
  assert.equal(
    selectorText({
      matchExpressions: [{ key: "x", operator: "NotIn", values: ["1", "2"] }, {
        key: "y",
        operator: "Exists",
      }],
    }),
    "x notin (1,2),y",
  );
  assert.equal(selectorText({}), "<none>");
});

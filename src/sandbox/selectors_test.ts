import assert from "node:assert/strict";
import { matchesLabels, matchesSelector, parseLabelSelector } from "./selectors.ts";
import { ApiError } from "./status_error.ts";

for (
  const [selector, labels, matches] of [
    ["", {}, true],
    ["a=b", { a: "b" }, true],
    ["a==b", { a: "c" }, false],
    ["a!=b", {}, true],
    ["a!=b", { a: "b" }, false],
    ["a", { a: "" }, true],
    ["!a", { a: "" }, false],
    ["a in (b, c),d", { a: "c", d: "1" }, true],
    ["a in (b,c)", {}, false],
    ["a notin (b,c)", {}, true],
    ["a notin (b,c)", { a: "b" }, false],
    ["n>3", { n: "4" }, true],
    ["n<3", { n: "4" }, false],
    ["app.kubernetes.io/name=x", { "app.kubernetes.io/name": "x" }, true],
  ] as const
) {
  Deno.test(`${JSON.stringify(selector)} ${matches ? "selects" : "leaves"} ${JSON.stringify(labels)}`, () => {
    assert.equal(matchesLabels(parseLabelSelector(selector), labels), matches);
  });
}

for (const selector of ["a===b", "a=b=c", "=b", "a>x", "a in b", "(a)"]) {
  Deno.test(`${JSON.stringify(selector)} is no label selector`, () => {
    assert.throws(
      () => parseLabelSelector(selector),
      (error) => error instanceof ApiError && error.status.code === 400,
    );
  });
}

Deno.test("a workload's selector takes labels and expressions, and nothing matches an empty one", () => {
  const selector = {
    matchLabels: { a: "b" },
    matchExpressions: [{ key: "c", operator: "In", values: ["d", "e"] }],
  };
  assert.equal(matchesSelector(selector, { a: "b", c: "e" }), true);
  assert.equal(matchesSelector(selector, { a: "b", c: "f" }), false);
  assert.equal(matchesSelector({}, { a: "b" }), false);
});

import assert from "node:assert/strict";
import { jsonPathValues, parseJsonPath } from "./json_path.ts";

const object = {
  metadata: { labels: { "app.kubernetes.io/name": "x" } },
  spec: { replicas: 3, list: ["a", "b"], "odd key": 1 },
  status: { conditions: [{ type: "Ready", status: "True" }, { type: "Stalled", status: "False", n: 4 }] },
};

for (
  const [path, found] of [
    [".spec.replicas", [3]],
    ["{.spec.replicas}", [3]],
    ["$.spec.list[1]", ["b"]],
    [".spec.list[-1]", ["b"]],
    [".spec.list[*]", ["a", "b"]],
    [".spec['odd key']", [1]],
    [".metadata.labels.app\\.kubernetes\\.io/name", undefined],
    [".metadata.labels['app.kubernetes.io/name']", ["x"]],
    ['.status.conditions[?(@.type=="Ready")].status', ["True"]],
    [".status.conditions[?(@.type!='Ready')].status", ["False"]],
    [".status.conditions[?(@.n>3)].type", ["Stalled"]],
    [".status.conditions[?(@.n)].type", ["Stalled"]],
    [".status.none.deeper", []],
  ] as const
) {
  Deno.test(`the path ${path} finds ${JSON.stringify(found)}`, () => {
    const steps = parseJsonPath(path);
    assert.deepEqual(steps === undefined ? undefined : jsonPathValues(steps, object), found);
  });
}

Deno.test("text that is no path has no steps", () => {
  assert.equal(parseJsonPath(".spec[?(@"), undefined);
  assert.equal(parseJsonPath("spec"), undefined);
});

import assert from "node:assert/strict";
import { packFields } from "../kube/field_hashes.ts";
import type { KubeObject, ManagedFieldsEntry } from "../kube/object.ts";
import { driftOf } from "./drift.ts";
import { describeDrift } from "./drift_report.ts";

const entry = (
  manager: string,
  fieldsV1: Record<string, unknown>,
  more: Partial<ManagedFieldsEntry> = {},
) => ({
  manager,
  operation: "Apply" as const,
  fieldsV1,
  ...more,
});
const live = (...managedFields: ManagedFieldsEntry[]): KubeObject => ({ metadata: { managedFields } });
const WANTED = {
  metadata: {},
  spec: { replicas: 1, containers: [{ name: "a", image: "a:1" }, { name: "b", image: "b:1" }] },
};
const record = (...paths: string[]) => ({ fields: packFields(paths) });

function drift(object: KubeObject, of: { record: { fields?: string }; ignoreFields?: string[] }) {
  const { taken, removed, released } = driftOf(object, {
    manager: "lynq",
    wanted: WANTED,
    ignoreFields: [],
    ...of,
  });
  return { taken: taken.map(({ manager, field }) => `${manager} ${field}`), removed: removed.size, released };
}

Deno.test("what others own by now is told with its manager, of whatever operation and subresource", () => {
  const object = live(
    entry("lynq", { "f:spec": { "f:image": {} } }),
    entry("kubectl-edit", { "f:data": { "f:a.b": {} } }, { operation: "Update" }),
    entry("hpa", { "f:spec": { "f:replicas": {}, "f:other": {} } }, {
      operation: "Update",
      subresource: "scale",
    }),
  );
  assert.deepEqual(drift(object, { record: record(".spec.image", ".spec.replicas", ".data.a.b") }), {
    taken: ["kubectl-edit .data.a.b", "hpa .spec.replicas"],
    removed: 0,
    released: false,
  });
});

Deno.test("what nobody owns is removed; our entry by any operation counts as ours", () => {
  const object = live(
    entry("lynq", { "f:data": { "f:a": {} } }),
    entry("lynq", { "f:metadata": { "f:labels": { "f:x": {} } } }, { operation: "Update" }),
  );
  const told = drift(object, { record: record(".data.a", ".metadata.labels.x", ".data.b") });
  assert.deepEqual(told, { taken: [], removed: 1, released: false });
});

Deno.test("tracking labels that another node has by now are no drift of what both share", () => {
  const labels = { "f:metadata": { "f:labels": { "f:lynq.sh/node": {}, "f:team": {} } } };
  const told = (own: string, other: string) => {
    const object = live(entry(own, { "f:data": {} }), entry(other, labels));
    const { taken, released } = driftOf(object, {
      record: record(".metadata.labels.lynq.sh/node"),
      manager: own,
      wanted: WANTED,
      ignoreFields: [],
    });
    return [taken.length, released];
  };
  assert.deepEqual(told("lynq.1", "lynq.2"), [0, true]);
  assert.deepEqual(told("lynq.1", "kubectl"), [1, false]);
  assert.deepEqual(told("lynq", "lynq.2"), [1, false]);
});

Deno.test("ignored fields that others took are no drift", () => {
  const object = live(
    entry("hpa", { "f:spec": { "f:replicas": {} } }, { subresource: "scale" }),
    entry("setter", { "f:spec": { "f:containers": { 'k:{"name":"b"}': { "f:image": {} } } } }),
  );
  const ours = record(".spec.replicas", '.spec.containers[name="b"].image');
  const ignored = (...ignoreFields: string[]) => drift(object, { record: ours, ignoreFields });
  assert.equal(ignored("$.spec.replicas", "$.spec.containers[*].image").released, true);
  assert.equal(ignored("$.spec.replicas", "$.spec.containers[1].image").released, true);
  assert.equal(ignored("$.spec.replicas", "$.spec.containers[-1]").released, true);
  assert.equal(ignored("$.spec.replicas", "$.spec.containers[?(@.name=='b')].image").released, true);
  assert.deepEqual(ignored("$.spec.replicas", "$.spec.containers[0].image"), {
    taken: ['setter .spec.containers[name="b"].image'],
    removed: 0,
    released: false,
  });
});

Deno.test("a record of fields that all are ours still, and one without fields, tell of nothing", () => {
  const object = live(entry("lynq", { "f:data": { "f:a": {} } }), entry("x", { "f:data": { "f:a": {} } }));
  const nothing = { taken: [], removed: 0, released: false };
  assert.deepEqual(drift(object, { record: record(".data.a") }), nothing);
  assert.deepEqual(drift(object, { record: {} }), nothing);
});

Deno.test("drift is described by manager and field, and cut where it is long", () => {
  const taken = [{ manager: "x", field: ".a" }, { manager: "x", field: ".b" }];
  assert.equal(describeDrift(taken, [".c"]), '"x" manages .a, .b; removed: .c');
  assert.equal(describeDrift([], []), "");
  const many = Array.from({ length: 12 }, (_, n) => `.f${n}`);
  assert.match(describeDrift([], many), /^removed: \.f0, .*\.f9; and 2 more$/);
});

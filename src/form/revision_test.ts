import assert from "node:assert/strict";
import fc from "fast-check";
import { formSpecOf, resourceOf, storedForm } from "../../tests/support/stored_objects.ts";
import { arraysOf, findPinned, formRevision, pinOf, revisionName, unknownPin } from "./revision.ts";

const configMaps = [resourceOf({ id: "a", spec: { apiVersion: "v1", kind: "ConfigMap", data: { x: "1" } } })];

Deno.test("the same arrays have the same name, whatever else of the form changes", () => {
  const name = (spec: Parameters<typeof formSpecOf>[0], generation: number) =>
    formRevision(storedForm({ spec: formSpecOf(spec), generation }), generation).metadata.name;
  const rollout = { maxSkew: 3, progressDeadlineSeconds: 60 };
  assert.equal(name({ configMaps }, 1), name({ configMaps, rollout, hubId: "other" }, 9));
});

Deno.test("the order of keys has no effect, the order of a list has", () => {
  const of = (spec: Record<string, unknown>) =>
    revisionName("web", { configMaps: [resourceOf({ id: "a", spec })] });
  assert.equal(of({ kind: "A", data: { x: "1", y: "2" } }), of({ data: { y: "2", x: "1" }, kind: "A" }));
  assert.notEqual(of({ l: [1, 2] }), of({ l: [2, 1] }));
});

Deno.test("another value, id or array is another revision, and so is another form", () => {
  const base = revisionName("web", { configMaps });
  const other = [resourceOf({ id: "a", spec: { apiVersion: "v1", kind: "ConfigMap", data: { x: "2" } } })];
  assert.notEqual(revisionName("web", { configMaps: other }), base);
  assert.notEqual(revisionName("web", { manifests: configMaps }), base);
  assert.notEqual(revisionName("api", { configMaps }), base);
});

Deno.test("a revision keeps the arrays and tells its form; it has no owner, so that it outlives the form", () => {
  const revision = formRevision(storedForm({ spec: formSpecOf({ configMaps }) }), 4);
  assert.deepEqual(revision["data"], { configMaps });
  assert.equal(revision["revision"], 4);
  assert.deepEqual(revision.metadata.labels, { "lynq.sh/form": "web" });
  assert.deepEqual(revision.metadata.annotations, { "lynq.sh/form": "web" });
  assert(!("ownerReferences" in revision.metadata));
  assert.deepEqual(Object.keys(arraysOf(formSpecOf({ configMaps }))), ["configMaps"]);
});

Deno.test("every form's revision has a valid name and label", () => {
  const name = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
  const label = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
  const part = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?$/);
  fc.assert(fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
    const form = parts.join(".").slice(0, 253).replace(/[^a-z0-9]+$/, "");
    const { metadata } = formRevision(storedForm({ name: form }), 1);
    assert.match(metadata.name ?? "", name);
    assert((metadata.name ?? "").length <= 253);
    assert.match(metadata.labels?.["lynq.sh/form"] ?? "", label);
  }));
  const dotted = `${"a".repeat(241)}.${"b".repeat(11)}`;
  assert.match(formRevision(storedForm({ name: dotted }), 1).metadata.name ?? "", name);
});

Deno.test("a field that has its default does not count for the name", () => {
  const { driftPolicy: _, ...older } = resourceOf({ id: "a" });
  const { driftPolicy: __, ...changed } = resourceOf({ id: "a", creationPolicy: "Once" });
  const name = (entry: unknown) => revisionName("web", { configMaps: [entry as typeof configMaps[0]] });
  assert.equal(name(older), name(resourceOf({ id: "a" })));
  assert.notEqual(name(changed), name(older));
});

Deno.test("a pin is a name or a number, the field before the annotation, and an unknown one lists what is kept", () => {
  const kept = [["web-a", 1], ["web-b", 4]].map(([name, revision]) => ({
    namespace: "ns",
    form: "web",
    name: String(name),
    uid: `uid of ${name}`,
    revision: Number(revision),
  }));
  const annotations = { "lynq.sh/rollback-to": "4" };
  const annotated = pinOf(storedForm({ annotations }));
  assert.equal(annotated && findPinned(annotated, kept)?.name, "web-b");
  const rollout = { maxSkew: 0, progressDeadlineSeconds: 600, revision: "web-a" };
  const both = pinOf(storedForm({ annotations, spec: formSpecOf({ rollout }) }));
  assert.deepEqual(both, { field: "spec.rollout.revision", value: "web-a" });
  assert.equal(pinOf(storedForm()), undefined);
  const message = unknownPin({ field: "spec.rollout.revision", value: "9" }, kept);
  assert.match(
    message,
    /spec.rollout.revision "9" is no revision of this form: kept are 4 \(web-b\), 1 \(web-a\)/,
  );
});

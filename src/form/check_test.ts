import assert from "node:assert/strict";
import { formSpecOf, resourceOf } from "../../tests/support/stored_objects.ts";
import type { Resource } from "../api/resource.ts";
import { checkForm, type CheckInput } from "./check.ts";

const check = (configMaps: Resource[], more: { manifests?: Resource[]; hub?: CheckInput["hub"] } = {}) =>
  checkForm({
    namespace: "ns",
    spec: formSpecOf({ configMaps, manifests: more.manifests ?? [] }),
    hub: more.hub ?? "unknown",
  });

/** The one problem of a form. */
function problem(...args: Parameters<typeof check>) {
  const problems = check(...args);
  assert.equal(problems.length, 1, JSON.stringify(problems));
  return { reason: problems[0]?.reason, message: problems[0]?.message ?? "" };
}

Deno.test("a sound form has no problem, an empty one neither", () => {
  assert.deepEqual(check([resourceOf({ id: "a" }), resourceOf({ id: "b", dependIds: ["a"] })]), []);
  assert.deepEqual(check([]), []);
});

Deno.test("a hub that is missing is named with its namespace", () => {
  const { reason, message } = problem([], { hub: "absent" });
  assert.equal(reason, "HubNotFound");
  assert.match(message, /^Hub validation failed: hub 'hub' not found in namespace 'ns'/);
});

Deno.test("an id that stands in two arrays is told with both places, and only once", () => {
  const { reason, message } = problem([resourceOf({ id: "a" })], { manifests: [resourceOf({ id: "a" })] });
  assert.equal(reason, "DuplicateResourceIDs");
  assert.equal(message, "Duplicate resource IDs: a (configMaps[0], manifests[0])");
});

Deno.test("a dependency that does not exist is named", () => {
  const { reason, message } = problem([resourceOf({ id: "a", dependIds: ["nope"] })]);
  assert.equal(reason, "DependencyValidationFailed");
  assert.match(
    message,
    /resource a depends on non-existent resource: nope \(configMaps\[0\]\.dependIds\[0\]\); the other ids of this form are none$/,
  );
  const mistyped = check([
    resourceOf({ id: "database" }),
    resourceOf({ id: "app", dependIds: ["databse", "cahce"] }),
    resourceOf({ id: "cache" }),
  ]);
  assert.deepEqual(mistyped.map(({ field }) => field), [
    "spec.configMaps[1].dependIds[0]",
    "spec.configMaps[1].dependIds[1]",
  ]);
  assert.match(mistyped[0]?.message ?? "", /databse .*; did you mean "database"\?$/);
  assert.match(mistyped[1]?.message ?? "", /cahce .*; did you mean "cache"\?$/);
});

Deno.test("a cycle is told as the path that closes it, across arrays", () => {
  const { message } = problem([resourceOf({ id: "a", dependIds: ["b"] })], {
    manifests: [resourceOf({ id: "b", dependIds: ["a"] })],
  });
  assert.match(
    message,
    /circular dependency detected: a -> b -> a; take a out of manifests\[0\]\.dependIds, or/,
  );
});

Deno.test("a resource depends on itself in no form", () => {
  assert.match(
    problem([resourceOf({ id: "a", dependIds: ["a"] })]).message,
    /a -> a; take a out of configMaps\[0\]\.dependIds/,
  );
});

Deno.test("what an object lacks is told in one sentence", () => {
  const { reason, message } = problem([resourceOf({ id: "a", nameTemplate: "", spec: { kind: "" } })]);
  assert.equal(reason, "ResourceInvalid");
  assert.equal(
    message,
    "Resource a (configMaps[0]) lacks spec.apiVersion and spec.kind and nameTemplate (or spec.metadata.name)",
  );
});

Deno.test("a name in spec.metadata is enough, metadata without one is not", () => {
  const named = (metadata: unknown) =>
    check([resourceOf({ id: "a", nameTemplate: "", spec: { apiVersion: "v1", kind: "Secret", metadata } })]);
  assert.deepEqual(named({ name: "x" }), []);
  assert.equal(named({}).length, 1);
  assert.equal(named(null).length, 1);
});

Deno.test("a template that does not parse is told with resource, place and field", () => {
  const spec = {
    apiVersion: "v1",
    kind: "ConfigMap",
    data: { a: "{{ nofn .uid }}", b: "{{ .open", c: "{{ .ok }}" },
  };
  const problems = check([resourceOf({ id: "fine" }), resourceOf({ id: "bad", spec })]);
  assert.deepEqual(problems.map(({ reason }) => reason), ["TemplateSyntaxInvalid", "TemplateSyntaxInvalid"]);
  assert.match(
    problems[0]?.message ?? "",
    /^Resource bad \(configMaps\[1\]\), spec\.data\.a: failed to parse template: .*function "nofn" not defined/,
  );
  assert.match(problems[1]?.message ?? "", /spec\.data\.b: failed to parse template: .*unclosed action/);
});

Deno.test("names, namespaces, labels and annotations are parsed too", () => {
  const bad = "{{ end }}";
  for (const part of [{ nameTemplate: bad }, { targetNamespace: bad }, { namespaceTemplate: bad }]) {
    assert.match(problem([resourceOf({ id: "a", ...part })]).message, /Template: failed|Namespace: failed/);
  }
  assert.match(problem([resourceOf({ id: "a", labelsTemplate: { l: bad } })]).message, /labelsTemplate\.l: /);
  assert.match(
    problem([resourceOf({ id: "a", annotationsTemplate: { l: bad } })]).message,
    /annotationsTemplate\.l: /,
  );
});

Deno.test("all that is wrong is told at once, in a fixed order", () => {
  const problems = check([
    resourceOf({ id: "a", dependIds: ["nope"], nameTemplate: "{{" }),
    resourceOf({ id: "b", spec: {} }),
  ], { hub: "absent" });
  assert.deepEqual(problems.map(({ reason }) => reason), [
    "HubNotFound",
    "DependencyValidationFailed",
    "ResourceInvalid",
    "TemplateSyntaxInvalid",
  ]);
});

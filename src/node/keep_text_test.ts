import assert from "node:assert/strict";
import { keepsText } from "./keep_text.ts";

const keeps = (path: string, kind?: string) => keepsText(path.split("."), kind);

Deno.test("metadata, apiVersion and kind stay text at any depth", () => {
  for (
    const path of ["metadata.name", "metadata.labels.a", "apiVersion", "spec.ref.kind", "spec.ref.apiVersion"]
  ) {
    assert.equal(keeps(path), true, path);
  }
});

Deno.test("values of labels, annotations, selectors and environment stay text", () => {
  for (
    const path of [
      "spec.template.metadata.labels.a",
      "spec.template.metadata.annotations.a",
      "spec.selector.matchLabels.a",
      "spec.nodeSelector.a",
      "spec.containers.env.value",
    ]
  ) assert.equal(keeps(path), true, path);
});

Deno.test("what a ConfigMap or Secret holds stays text, what another kind calls data does not", () => {
  for (const map of ["data", "binaryData", "stringData"]) {
    assert.equal(keeps(`${map}.a`, "ConfigMap"), true);
    assert.equal(keeps(`${map}.a`, "Secret"), true);
    assert.equal(keeps(`${map}.a`, "Widget"), false);
    assert.equal(keeps(`${map}.a`), false);
  }
});

Deno.test("all else takes the type that the template gives it", () => {
  const typed = [
    "spec.replicas",
    "spec.containers.env.name",
    "spec.selector.app",
    "spec.value",
    "spec.labels",
  ];
  for (const path of typed) assert.equal(keeps(path), false, path);
  assert.equal(keepsText([], "ConfigMap"), false);
});

import assert from "node:assert/strict";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import { templatedFields } from "./templated_fields.ts";

Deno.test("every templated string is found with the path of its field", () => {
  const resource = resourceOf({
    id: "{{ not a template }}",
    nameTemplate: "{{ .uid }}",
    targetNamespace: "{{ .uid }}-ns",
    labelsTemplate: { plan: "{{ .plan }}", fixed: "text" },
    annotationsTemplate: { "a/b": "{{ .note }}" },
    ignoreFields: ["{{ .never }}"],
    spec: { kind: "X", list: [{ v: "{{ .a }}" }, ["{{ .b }}"]], "{{ .key }}": 1, n: null },
  });
  assert.deepEqual(templatedFields(resource).map(({ field }) => field), [
    "nameTemplate",
    "targetNamespace",
    "labelsTemplate.plan",
    "annotationsTemplate.a/b",
    "spec.list[0].v",
    "spec.list[1][0]",
  ]);
});

import assert from "node:assert/strict";
import { formSpecOf, resourceOf } from "../../tests/support/stored_objects.ts";
import { hubSpec } from "../api/hub.ts";
import type { Resource } from "../api/resource.ts";
import { checkForm } from "./check.ts";
import { openUses } from "./check_sensitive.ts";

const HUB = hubSpec.parse({
  source: { type: "sqlite", sqlite: { path: "/a", table: "t" } },
  valueMappings: { uid: "id", activate: "active" },
  extraValueMappings: { plan: "plan", pin: "pin" },
  sensitive: ["pin", "uid", "unmapped"],
});

function inputOf(part: Partial<Resource>) {
  const spec = formSpecOf({ manifests: [resourceOf({ id: "a", ...part })] });
  return { spec, namespace: "ns", hub: HUB };
}

const problems = (part: Partial<Resource>) => checkForm(inputOf(part)).map(({ message }) => message);
const config = (more: Record<string, unknown>) => ({ apiVersion: "v1", kind: "ConfigMap", ...more });

Deno.test("a sensitive variable names nothing and decides nothing", () => {
  const parts: Partial<Resource>[] = [
    { nameTemplate: "{{ .pin }}" },
    { targetNamespace: "{{ .pin }}" },
    { labelsTemplate: { a: "{{ .pin }}" } },
    { annotationsTemplate: { a: "{{ .pin | sha256sum }}" } },
    { includeWhen: '{{ eq .pin "1" }}' },
    { spec: config({ metadata: { annotations: { a: "{{ .pin }}" } } }) },
    { nameTemplate: '{{ .uid }}{{ index . "pin" }}' },
  ];
  for (const part of parts) {
    const told = problems(part);
    assert.equal(told.length, 1, JSON.stringify(part));
    assert.match(told[0] ?? "", /\.pin is sensitive, and this field is shown to all/);
  }
  assert.deepEqual(problems({ nameTemplate: "{{ .uid }}-{{ .plan }}" }), []);
});

Deno.test("below an object's metadata it may stand, and outside Secrets that is told", () => {
  const secret = { spec: { apiVersion: "v1", kind: "Secret", stringData: { pin: "{{ .pin }}" } } };
  assert.deepEqual(problems(secret), []);
  assert.deepEqual(openUses(inputOf(secret)), []);
  const open = { spec: config({ data: { pin: "{{ .pin }}", plan: "{{ .plan }}" } }) };
  assert.deepEqual(problems(open), []);
  assert.deepEqual(openUses(inputOf(open)).map(({ field }) => field), ["spec.manifests[0].spec.data.pin"]);
  assert.deepEqual(openUses({ ...inputOf(open), hub: "unknown" }), []);
});

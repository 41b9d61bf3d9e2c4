import assert from "node:assert/strict";
import { readManifests } from "./manifest.ts";
import { validateManifests } from "./validate.ts";
import { lazySchemas } from "./fmt.ts";
import { withoutNulls } from "./nulls.ts";

const FORM = `
apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: {name: web}
spec:
  hubId: rows
  rollout:
    maxSkew:
  services:
  configMaps:
  - id: base
    nameTemplate: "{{ .uid }}"
    dependIds:
    spec: {apiVersion: v1, kind: ConfigMap, data: {a: null}}
`;

Deno.test("a field without a value is as good as absent, as the API server has it", () => {
  const { manifests } = readManifests({ name: "form.yaml", text: FORM }, lazySchemas());
  assert.deepEqual(validateManifests(manifests, "default").problems, []);
  const spec = manifests[0]?.object["spec"] as Record<string, unknown>;
  assert.deepEqual(Object.keys(spec), ["hubId", "rollout", "configMaps"]);
});

Deno.test("a required field without a value is missing", () => {
  const text = FORM.replace("hubId: rows", "hubId:");
  const { manifests } = readManifests({ name: "form.yaml", text }, lazySchemas());
  const [problem] = validateManifests(manifests, "default").problems;
  assert.match(problem?.message ?? "", /spec\.hubId: is missing/);
});

Deno.test("nulls in the objects of a form and in other kinds stay", () => {
  const configMap = { apiVersion: "v1", kind: "ConfigMap", data: null };
  assert.equal(withoutNulls(configMap), configMap);
  const form = {
    apiVersion: "operator.lynq.sh/v1",
    kind: "LynqForm",
    spec: { services: null, configMaps: [{ id: "a", spec: { data: null } }], unknown: null },
  };
  const spec = { configMaps: [{ id: "a", spec: { data: null } }], unknown: null };
  assert.deepEqual(withoutNulls(form), { ...form, spec });
});

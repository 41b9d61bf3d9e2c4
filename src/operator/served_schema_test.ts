import assert from "node:assert/strict";
import { customResourceDefinition, KINDS } from "../api/crd.ts";
import { describeMissing, type FieldSchema, missingFields } from "./served_schema.ts";

type Open = { -readonly [K in keyof FieldSchema]: FieldSchema[K] } & {
  properties: Record<string, Open>;
  items: Open;
};

/** What the API server publishes for our own CustomResourceDefinitions. */
function published(): { components: { schemas: Record<string, Open> } } {
  const schemas = KINDS.map((kind) => {
    const { versions } = customResourceDefinition(kind)["spec"] as {
      versions: { schema: { openAPIV3Schema: Open } }[];
    };
    const schema = structuredClone(versions[0]?.schema.openAPIV3Schema) as Open;
    const gvk = { group: "operator.lynq.sh", version: "v1", kind: kind.kind };
    return [`sh.lynq.${kind.kind}`, { ...schema, "x-kubernetes-group-version-kind": [gvk] }] as const;
  });
  return { components: { schemas: Object.fromEntries(schemas) } };
}

Deno.test("our own schemas lack nothing, and more fields than ours do no harm", () => {
  const document = published();
  assert.deepEqual(missingFields(document), []);
  const hub = document.components.schemas["sh.lynq.LynqHub"];
  if (hub?.properties["spec"] !== undefined) hub.properties["spec"].properties["later"] = {} as Open;
  assert.deepEqual(missingFields(document), []);
});

Deno.test("what is missing is named by its topmost field, with the remedy", () => {
  const document = published();
  const { spec, status } = document.components.schemas["sh.lynq.LynqNode"]?.properties ?? {};
  delete spec?.properties["revision"];
  delete spec?.properties["deployments"]?.items.properties["includeWhen"];
  delete status?.properties["resources"];
  const [found, ...others] = missingFields(document);
  assert.deepEqual(others, []);
  assert.deepEqual(found, {
    crd: "lynqnodes.operator.lynq.sh",
    fields: ["spec.revision", "spec.deployments[].includeWhen", "status.resources"],
  });
  assert.match(
    describeMissing(found),
    /lynqnodes\.operator\.lynq\.sh lacks spec\.revision.*kubectl apply --server-side/,
  );
});

Deno.test("a kind without a published schema lacks everything, an open one nothing", () => {
  const document = published();
  document.components.schemas["sh.lynq.LynqForm"] = {
    "x-kubernetes-group-version-kind": [{ group: "operator.lynq.sh", version: "v1", kind: "LynqForm" }],
    "x-kubernetes-preserve-unknown-fields": true,
  } as unknown as Open;
  delete document.components.schemas["sh.lynq.LynqHub"];
  assert.deepEqual(missingFields(document), [{
    crd: "lynqhubs.operator.lynq.sh",
    fields: ["spec", "status"],
  }]);
});

Deno.test("what ours is free of form in and the served one is not lacks whatever it does not name", () => {
  const document = published();
  const { status } = document.components.schemas["sh.lynq.LynqNode"]?.properties ?? {};
  status?.properties && (status.properties["resources"] = { type: "array" } as unknown as Open);
  assert.deepEqual(missingFields(document), [{
    crd: "lynqnodes.operator.lynq.sh",
    fields: ["status.resources"],
  }]);
});

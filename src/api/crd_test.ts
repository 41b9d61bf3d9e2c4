import assert from "node:assert/strict";
import { customResourceDefinition, KINDS } from "./crd.ts";
import { RESOURCE_ARRAYS } from "./resource.ts";

interface Schema {
  readonly [key: string]: unknown;
  readonly properties?: { readonly [name: string]: Schema };
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly priority?: number;
}

interface Version {
  readonly name: string;
  readonly schema: { readonly openAPIV3Schema: Schema };
  readonly additionalPrinterColumns: readonly Column[];
  readonly subresources: unknown;
}

function versionOf(kind: string): Version {
  const definition = KINDS.find((each) => each.kind === kind);
  assert(definition);
  const { spec } = customResourceDefinition(definition) as { spec: { versions: Version[] } };
  const [version] = spec.versions;
  assert(version);
  return version;
}

function at(schema: Schema | undefined, ...path: string[]): Schema {
  const found = path.reduce<Schema | undefined>((s, name) => s?.properties?.[name], schema);
  assert(found, path.join("."));
  return found;
}

const schemaOf = (kind: string) => versionOf(kind).schema.openAPIV3Schema;

/** Every schema within a schema, with its path. */
function* nested(schema: Schema, path: string): Generator<readonly [string, Schema]> {
  yield [path, schema];
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    yield* nested(inner, `${path}.${name}`);
  }
  if (schema.items) yield* nested(schema.items, `${path}[]`);
  if (schema.additionalProperties) yield* nested(schema.additionalProperties, `${path}.*`);
}

Deno.test("no union reaches a schema: every part has one type and no alternative", () => {
  for (const { kind } of KINDS) {
    for (const [path, schema] of nested(schemaOf(kind), kind)) {
      const untyped = path === "LynqNode.status.resources";
      assert.equal(typeof schema["type"], untyped ? "undefined" : "string", path);
      for (const word of ["anyOf", "oneOf", "allOf", "not", "const", "$ref"]) {
        assert(!(word in schema), `${path}: ${word}`);
      }
    }
  }
});

Deno.test("conditions are a list map by type in all three kinds", () => {
  for (const { kind } of KINDS) {
    const conditions = at(schemaOf(kind), "status", "conditions");
    assert.equal(conditions["x-kubernetes-list-type"], "map", kind);
    assert.deepEqual(conditions["x-kubernetes-list-map-keys"], ["type"], kind);
    assert.deepEqual(conditions.items?.required?.toSorted(), [
      "lastTransitionTime",
      "message",
      "reason",
      "status",
      "type",
    ]);
  }
});

Deno.test("a form's arrays are list maps by id, a node's are plain lists of the same resources", () => {
  assert.equal(RESOURCE_ARRAYS.length, 16);
  for (const name of RESOURCE_ARRAYS) {
    const form = at(schemaOf("LynqForm"), "spec", name);
    assert.deepEqual(form["x-kubernetes-list-map-keys"], ["id"], name);
    const node = at(schemaOf("LynqNode"), "spec", name);
    assert(!("x-kubernetes-list-type" in node), name);
    assert.deepEqual(node.items, form.items, name);
  }
});

Deno.test("a resource has the defaults that users know, and only id and spec must be given", () => {
  const items = at(schemaOf("LynqForm"), "spec", "manifests").items;
  assert.deepEqual(items?.required, ["id", "spec"]);
  const defaults = Object.entries(items?.properties ?? {}).flatMap(([name, schema]) =>
    "default" in schema ? [[name, schema["default"]]] : []
  );
  assert.deepEqual(Object.fromEntries(defaults), {
    skipOnDependencyFailure: true,
    creationPolicy: "WhenNeeded",
    deletionPolicy: "Delete",
    conflictPolicy: "Stuck",
    waitForReady: true,
    timeoutSeconds: 300,
    driftPolicy: "Correct",
    patchStrategy: "apply",
    recreateOnImmutable: false,
  });
  assert.equal(at(items, "spec")["x-kubernetes-preserve-unknown-fields"], true);
});

Deno.test("kubectl get shows the columns of the Go implementation, in its order", () => {
  const columns = (kind: string) =>
    versionOf(kind).additionalPrinterColumns.filter((c) => (c.priority ?? 0) === 0).map((c) => c.name);
  assert.deepEqual(columns("LynqHub"), ["Templates", "Desired", "Ready", "Failed", "Conditions", "Age"]);
  assert.deepEqual(columns("LynqForm"), ["Hub", "Total", "Ready", "Rollout", "Updating", "Applied", "Age"]);
  assert.deepEqual(columns("LynqNode"), [
    "UID",
    "Form",
    "Ready",
    "Desired",
    "Skipped",
    "Conflicted",
    "Conditions",
    "Age",
  ]);
});

Deno.test("every column points at a field that its schema has, with that field's type", () => {
  for (const { kind } of KINDS) {
    for (const { name, type, jsonPath } of versionOf(kind).additionalPrinterColumns) {
      if (jsonPath.startsWith(".metadata") || jsonPath.includes("[?(")) continue;
      assert.equal(at(schemaOf(kind), ...jsonPath.slice(1).split("."))["type"], type, `${kind} ${name}`);
    }
  }
});

Deno.test("only the named rules are in CEL: hubId, rollout.order, source blocks, sensitive variables, one namespace spelling", () => {
  const rules = KINDS.flatMap(({ kind }) =>
    [...nested(schemaOf(kind), kind)].flatMap(([path, schema]) =>
      ((schema["x-kubernetes-validations"] ?? []) as { rule: string }[]).map(({ rule }) => [path, rule])
    )
  );
  const paths = new Set(rules.map(([path]) => path?.replace(/\.spec\.\w+\[\]$/, ".spec.<array>[]")));
  assert.deepEqual([...paths].sort(), [
    "LynqForm.spec.<array>[]",
    "LynqForm.spec.hubId",
    "LynqForm.spec.rollout.order",
    "LynqHub.spec",
    "LynqHub.spec.source",
    "LynqNode.spec.<array>[]",
  ]);
});

Deno.test("the kinds have a status subresource, short names and a category", () => {
  for (const kind of KINDS) {
    const { spec } = customResourceDefinition(kind) as { spec: { names: Record<string, unknown> } };
    assert.deepEqual(spec.names["categories"], ["lynq"]);
    assert.deepEqual(versionOf(kind.kind).subresources, { status: {} });
  }
  assert.deepEqual(KINDS.map((kind) => kind.shortName), ["lh", "lf", "ln"]);
});

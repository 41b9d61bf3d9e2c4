import assert from "node:assert/strict";
import { createFieldManagement } from "./apply_engine.ts";
import type { Decoded, DecodeRequest } from "./field_management.ts";

const fields = createFieldManagement();

function decoded(kind: string, body: unknown, fieldValidation: DecodeRequest["fieldValidation"]): Decoded {
  const group = kind === "Deployment" ? "apps" : "";
  const found = fields.builtin({ group, version: "v1", kind });
  assert.ok(found);
  return fields.decode({ kind: found, body, fieldValidation });
}

const TYPO = { metadata: { name: "a" }, dta: {}, data: { k: "v" } };

Deno.test("an unknown field is dropped, warned about or refused, as the request asks", () => {
  const ignored = decoded("ConfigMap", TYPO, "Ignore");
  assert.ok(ignored.kind === "decoded");
  assert.deepEqual(ignored.object, { metadata: { name: "a" }, data: { k: "v" } });
  assert.deepEqual(ignored.warnings, []);
  const warned = decoded("ConfigMap", TYPO, "Warn");
  assert.deepEqual(warned.kind === "decoded" && warned.warnings, ['unknown field "dta"']);
  const refused = decoded("ConfigMap", TYPO, "Strict");
  assert.ok(refused.kind === "refused");
  assert.equal(refused.status.code, 400);
  assert.equal(
    refused.status.message,
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dta"',
  );
});

Deno.test("a refusal names the type and field, and never the value of a Secret", () => {
  const secret = decoded("Secret", { metadata: { name: "a" }, data: { k: "s3cret!" } }, "Warn");
  assert.ok(secret.kind === "refused");
  assert.ok(!secret.status.message.includes("s3cret"));
  const wrong = decoded("Deployment", { metadata: { name: "a" }, spec: { replicas: "two" } }, "Warn");
  assert.ok(wrong.kind === "refused");
  assert.ok(
    wrong.status.message.endsWith(
      "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
    ),
  );
});

Deno.test("a body that is no object is refused", () => {
  for (const body of [null, [], "text", 1]) {
    assert.equal(decoded("ConfigMap", body, "Strict").kind, "refused");
  }
});

Deno.test("defaults are a fixed point: decoding an answer again changes nothing", () => {
  const body = {
    metadata: { name: "a" },
    spec: {
      selector: { matchLabels: { a: "b" } },
      template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } },
    },
  };
  const once = decoded("Deployment", body, "Strict");
  assert.ok(once.kind === "decoded");
  const twice = decoded("Deployment", once.object, "Strict");
  assert.deepEqual(twice.kind === "decoded" && twice.object, once.object);
});

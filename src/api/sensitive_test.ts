import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import fc from "fast-check";
import {
  holdsSensitive,
  nextPart,
  openValues,
  sealedHash,
  sealRow,
  sensitiveKey,
  sensitiveName,
} from "./sensitive.ts";

const KEY = new Uint8Array(32).fill(1);
const row = { uid: "acme", values: { activate: "1", plan: "pro", token: "4711" } };

function dataOf(part: string | undefined) {
  return { a: part ?? "" };
}

Deno.test("what is sealed leaves the values, and its hash can't be made without the key", () => {
  const sealed = sealRow(row, ["token", "absent"], KEY);
  assert.deepEqual(sealed.values, { activate: "1", plan: "pro" });
  const hash = sealed.sensitive?.hashes["token"] ?? "";
  assert.match(hash, /^[0-9a-f]{32}$/);
  for (const text of ["4711", "token\n4711", "row\nacme"]) {
    assert.notEqual(hash, createHash("sha256").update(text).digest("hex").slice(0, 32));
  }
  assert.equal(sealRow(row, ["token"], KEY).sensitive?.hashes["token"], hash);
  assert.notEqual(sealRow({ ...row, uid: "beta" }, ["token"], KEY).sensitive?.hashes["token"], hash);
  assert.notEqual(sealRow(row, ["token"], new Uint8Array(32)).sensitive?.hashes["token"], hash);
  assert.equal(sealRow(row, ["absent"], KEY), row);
});

Deno.test("sealed values open as they were, and no others do", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (token, other) => {
    const { sensitive } = sealRow({ uid: "a", values: { token } }, ["token"], KEY);
    const spec = { part: "a" as const, hashes: sensitive?.hashes ?? {} };
    assert.deepEqual(openValues(spec, dataOf(sensitive?.part))?.values, { token });
    assert.equal(openValues({ ...spec, part: "b" }, dataOf(sensitive?.part)), undefined);
    if (other === token) return;
    const changed = sealRow({ uid: "a", values: { token: other } }, ["token"], KEY).sensitive;
    assert.equal(openValues(spec, dataOf(changed?.part)), undefined);
  }));
});

Deno.test("a Secret that was tampered with opens to nothing", () => {
  const { sensitive } = sealRow(row, ["token"], KEY);
  const spec = { part: "a" as const, hashes: sensitive?.hashes ?? {} };
  const texts = ["", "{", "null", "[]", '{"key":1,"values":{}}', '{"key":"","values":{"token":"4711"}}'];
  for (const text of texts) {
    assert.equal(openValues(spec, dataOf(Buffer.from(text).toString("base64"))), undefined, text);
  }
  assert.equal(openValues(spec, {}), undefined);
  assert.equal(
    openValues({ ...spec, hashes: { ...spec.hashes, more: "0" } }, dataOf(sensitive?.part)),
    undefined,
  );
});

Deno.test("a node whose values were missed since it was written is written again", () => {
  const { sensitive } = sealRow(row, ["token"], KEY);
  const spec = {
    uid: "acme",
    templateRef: "web",
    sensitive: { part: "a" as const, hashes: sensitive?.hashes ?? {} },
  };
  const status = { observedGeneration: 2, resources: [{ reason: "SensitiveValuesLost" }] };
  assert.equal(holdsSensitive({ spec, status: {}, generation: 2 }, sensitive), true);
  assert.equal(holdsSensitive({ spec, status, generation: 2 }, sensitive), false);
  assert.equal(holdsSensitive({ spec, status, generation: 3 }, sensitive), true);
  assert.equal(holdsSensitive({ spec, status: {}, generation: 2 }, undefined), false);
  const { sensitive: _, ...plain } = spec;
  assert.equal(holdsSensitive({ spec: plain, status: {}, generation: 2 }, undefined), true);
  assert.equal(holdsSensitive({ spec: plain, status: {}, generation: 2 }, sensitive), false);
  assert.deepEqual([nextPart(undefined), nextPart(spec.sensitive)], ["a", "b"]);
});

Deno.test("names of Secrets fit, and keys have their length", () => {
  assert.equal(sensitiveName("acme-web"), "acme-web-lynq-sensitive");
  assert.ok(sensitiveName("x".repeat(253)).length <= 253);
  assert.equal(sensitiveKey(Buffer.from(KEY).toString("base64"))?.length, 32);
  assert.equal(sensitiveKey("YQ=="), undefined);
  assert.equal(sensitiveKey(undefined), undefined);
  assert.notEqual(sealedHash("x", "a2V5"), sealedHash("x", "a2V6"));
});

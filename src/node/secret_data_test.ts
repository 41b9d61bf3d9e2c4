import assert from "node:assert/strict";
import { withoutStringData } from "./secret_data.ts";

const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" } };

Deno.test("stringData becomes data and wins over it", () => {
  const object = {
    ...secret,
    type: "Opaque",
    data: { a: "b2xk", b: "a2VwdA==" },
    stringData: { a: "n\u00e9w" },
  };
  assert.deepEqual(withoutStringData(object), {
    ...secret,
    type: "Opaque",
    data: { a: btoa("n\u00c3\u00a9w"), b: "a2VwdA==" },
  });
});

Deno.test("a value that is no text is its JSON", () => {
  const object = { ...secret, stringData: { port: 5432, on: true } };
  assert.deepEqual(withoutStringData(object)["data"], { port: btoa("5432"), on: btoa("true") });
});

Deno.test("a Secret without stringData, and any other kind, is the given object itself", () => {
  for (
    const object of [
      { ...secret, data: { a: "YQ==" } },
      { ...secret, kind: "ConfigMap", stringData: { a: "x" } },
      { ...secret, apiVersion: "other.io/v1", stringData: { a: "x" } },
    ]
  ) assert.equal(withoutStringData(object), object);
});

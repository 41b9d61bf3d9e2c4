import assert from "node:assert/strict";
import { protobufBody } from "./protobuf_body.ts";
import { ApiError } from "./status_error.ts";

const text = new TextEncoder();

function field(number: number, bytes: Uint8Array | string): number[] {
  const content = typeof bytes === "string" ? text.encode(bytes) : bytes;
  return [(number << 3) | 2, ...varint(content.length), ...content];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
}

function number(at: number, value: number): number[] {
  return [at << 3, ...varint(value)];
}

function message(...fields: number[][]): Uint8Array {
  return new Uint8Array(fields.flat());
}

function body(apiVersion: string, kind: string, object: Uint8Array): Uint8Array {
  const type = message(field(1, apiVersion), field(2, kind));
  return new Uint8Array([0x6b, 0x38, 0x73, 0, ...field(1, type), ...field(2, object)]);
}

Deno.test("a ConfigMap with maps, bytes and empty metadata fields", () => {
  const metadata = message(field(1, "a"), field(3, ""), field(11, message(field(1, "k"), field(2, "v"))));
  const data = message(field(1, "x"), field(2, "y".repeat(300)));
  const empty = message(field(1, "e"), field(2, ""));
  const binary = message(field(1, "b"), field(2, new Uint8Array([0, 255])));
  const object = message(field(1, metadata), field(2, data), field(2, empty), field(3, binary));
  assert.deepEqual(protobufBody(body("v1", "ConfigMap", object)), {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", labels: { k: "v" } },
    data: { x: "y".repeat(300), e: "" },
    binaryData: { b: "AP8=" },
  });
});

Deno.test("zeros of pointers are values, others are absent; embedded structs and int-or-strings unfold", () => {
  const port = message(number(1, 0), number(2, 80));
  const probe = message(field(1, message(field(2, message(field(1, "/"), field(2, port))))), number(2, 0));
  const container = message(field(1, "c"), field(10, probe));
  const template = message(field(2, message(field(2, container))));
  const spec = message(number(1, 0), field(3, template), number(5, 0));
  const decoded = protobufBody(body("apps/v1", "Deployment", message(field(2, spec))));
  assert.deepEqual(decoded.spec, {
    replicas: 0,
    template: {
      spec: { containers: [{ name: "c", livenessProbe: { httpGet: { path: "/", port: 80 } } }] },
    },
  });
});

Deno.test("what is no protobuf, ends early or is of an unknown kind is refused", () => {
  const code = (bytes: Uint8Array) => {
    try {
      protobufBody(bytes);
      return 0;
    } catch (error) {
      assert.ok(error instanceof ApiError);
      return error.status.code;
    }
  };
  assert.equal(code(text.encode("{}")), 400);
  assert.equal(code(body("v1", "ConfigMap", new Uint8Array([0x0a, 0x09, 0x41]))), 400);
  assert.equal(code(body("v1", "Nothing", new Uint8Array())), 415);
});

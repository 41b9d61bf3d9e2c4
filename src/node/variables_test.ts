import assert from "node:assert/strict";
import { storedNode } from "../../tests/support/stored_objects.ts";
import type { NodeSpec } from "../api/node.ts";
import { buildVariables } from "./variables.ts";

function variables(spec: Partial<NodeSpec>, annotations: Record<string, string> = {}) {
  const built = buildVariables(storedNode({ row: "acme", form: "web" }, { spec, annotations }));
  assert(built.kind === "variables", "kind");
  return { ...built.variables };
}

const GO = {
  "lynq.sh/extra": '{"plan":"pro","n":1}',
  "lynq.sh/hostOrUrl": "https://acme.example.com:8443/x",
  "lynq.sh/activate": "yes",
  "lynq.sh/hubId": "go-hub",
};

Deno.test("a row's values stand beside uid, host, hub and form", () => {
  assert.deepEqual(variables({ values: { activate: "1", plan: "pro" } }), {
    uid: "acme",
    activate: "1",
    hostOrUrl: "acme",
    host: "acme",
    plan: "pro",
    hubId: "hub",
    templateRef: "web",
  });
});

Deno.test("hostOrUrl gives host; an empty one is the uid", () => {
  const host = (hostOrUrl: string) => variables({ values: { hostOrUrl } })["host"];
  assert.equal(host("https://acme.example.com:8443/x"), "acme.example.com");
  assert.equal(host("acme.example.com:80"), "acme.example.com");
  assert.equal(host(""), "acme");
});

Deno.test("a node of the Go implementation gives the same from its annotations", () => {
  assert.deepEqual(variables({ values: undefined, hubId: undefined }, GO), {
    uid: "acme",
    activate: "yes",
    hostOrUrl: "https://acme.example.com:8443/x",
    host: "acme.example.com",
    plan: "pro",
    n: "1",
    hubId: "go-hub",
    templateRef: "web",
  });
});

Deno.test("once the row's values are written, what the annotations say of it is past", () => {
  const { host, hostOrUrl, activate, plan } = variables({ values: { hostOrUrl: "" } }, GO);
  assert.deepEqual({ host, hostOrUrl, activate, plan }, {
    host: "acme",
    hostOrUrl: "acme",
    activate: "true",
    plan: undefined,
  });
});

Deno.test("a row may set uid, activate and host for its templates, but not hub and form", () => {
  const values = { uid: "Big", activate: "no", host: "h", hubId: "x", templateRef: "y" };
  const { uid, activate, host, hubId, templateRef } = variables({ values });
  assert.deepEqual([uid, activate, host, hubId, templateRef], ["Big", "no", "h", "hub", "web"]);
});

Deno.test("a variable may be called like a member of every object", () => {
  const built = buildVariables(
    storedNode({ row: "a", form: "web" }, { spec: { values: { constructor: "x" } } }),
  );
  assert(built.kind === "variables");
  assert.equal(built.variables["constructor"], "x");
  assert.equal(built.variables["toString"], undefined);
});

Deno.test("an annotation that holds no object is told with its name and the remedy, without its text", () => {
  for (const text of ["{secret", "[1]", '"secret"', "null"]) {
    const annotations = { "lynq.sh/extra": text };
    const node = storedNode({ row: "acme", form: "web" }, { annotations, spec: { values: undefined } });
    const built = buildVariables(node);
    assert(built.kind === "invalid", text);
    assert.match(built.message, /lynq\.sh\/extra holds no JSON object.*remove the annotation/);
    assert(!built.message.includes("secret"));
  }
});

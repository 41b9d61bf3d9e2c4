import assert from "node:assert/strict";
import type { KubeObject } from "../kube/object.ts";
import { keepIgnored } from "./ignored_fields.ts";

const metadata = { name: "app", labels: { "lynq.sh/node": "n" } };
const object = (spec: unknown): KubeObject => ({ apiVersion: "apps/v1", kind: "Deployment", metadata, spec });

Deno.test("an ignored field keeps the live value, and the others are as wanted", () => {
  const kept = keepIgnored(object({ replicas: 1, paused: true }), object({ replicas: 7, paused: false }), [
    "$.spec.replicas",
  ]);
  assert.deepEqual(kept["spec"], { replicas: 7, paused: true });
});

Deno.test("a field that the live object lacks is left out", () => {
  assert.deepEqual(keepIgnored(object({ replicas: 1, a: 1 }), object({ a: 1 }), ["spec.replicas"])["spec"], {
    a: 1,
  });
});

Deno.test("each element of a list keeps its own value, found by its name", () => {
  const wanted = {
    containers: [{ name: "a", image: "a:2" }, { name: "b", image: "b:2" }, { name: "c", image: "c:2" }],
  };
  const live = { containers: [{ name: "b", image: "b:live" }, { name: "a", image: "a:live" }] };
  const kept = keepIgnored(object(wanted), object(live), ["$.spec.containers[*].image"]);
  assert.deepEqual(kept["spec"], {
    containers: [{ name: "a", image: "a:live" }, { name: "b", image: "b:live" }, { name: "c", image: "c:2" }],
  });
});

Deno.test("indexes, filters and quoted keys name single elements", () => {
  const wanted = { list: [{ name: "a", v: 1 }, { name: "b", v: 1 }], map: { "a.b": 1, c: 1 } };
  const live = { list: [{ name: "a", v: 9 }, { name: "b", v: 9 }], map: { "a.b": 9, c: 9 } };
  const spec = (path: string) => keepIgnored(object(wanted), object(live), [path])["spec"];
  assert.deepEqual(spec("$.spec.list[0].v"), { ...wanted, list: [{ name: "a", v: 9 }, { name: "b", v: 1 }] });
  assert.deepEqual(spec("$.spec.list[-1].v"), {
    ...wanted,
    list: [{ name: "a", v: 1 }, { name: "b", v: 9 }],
  });
  assert.deepEqual(spec("$.spec.list[?(@.name=='b')].v"), {
    ...wanted,
    list: [{ name: "a", v: 1 }, { name: "b", v: 9 }],
  });
  assert.deepEqual(spec("$.spec.map['a.b']"), { ...wanted, map: { "a.b": 9, c: 1 } });
});

Deno.test("paths that name nothing are harmless, and ownership is never ignored", () => {
  const live = { ...object({ a: 2 }), metadata: { name: "app", labels: {} } };
  const wanted = object({ a: 1 });
  const paths = [
    "$.nonexistent.deeply.nested",
    "$.spec['none']",
    "$.metadata.labels",
    "$.metadata.labels['lynq.sh/node']",
    "$.kind",
    "$",
    "$..a",
    "$.__proto__.x",
  ];
  assert.deepEqual(keepIgnored(wanted, live, paths), wanted);
});

import assert from "node:assert/strict";
import type { KubeObject } from "../kube/object.ts";
import { keepIgnored, yieldIgnored } from "./ignored_fields.ts";

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

const container = (name: string, image: string, more = {}) => ({ name, image, ...more });
const APPLIED = {
  "f:spec": {
    "f:replicas": {},
    "f:containers": {
      'k:{"name":"a"}': {
        ".": {},
        "f:name": {},
        "f:image": {},
        "f:resources": { "f:cpu": {}, "f:memory": {} },
      },
      'k:{"name":"b"}': { ".": {}, "f:name": {}, "f:image": {} },
    },
  },
};
const WANTED = {
  replicas: 1,
  containers: [container("a", "a:2", { resources: { cpu: 1, memory: 1 } }), container("b", "b:2")],
};
const LIVE = {
  replicas: 7,
  containers: [container("b", "b:live"), container("a", "a:live", { resources: { cpu: 8, memory: 9 } })],
};

function yielded(path: string, others: Record<string, unknown>, own: Record<string, unknown> = APPLIED) {
  return yieldIgnored(object(WANTED), object(LIVE), { paths: [path], own, others })["spec"];
}

Deno.test("an apply keeps the live value of an ignored field that only we own, so that the server leaves it", () => {
  assert.deepEqual(yielded("$.spec.replicas", {}), { ...WANTED, replicas: 7 });
});

Deno.test("an apply leaves out an ignored field that another manager owns, too, or that we never owned", () => {
  const { replicas: _, ...rest } = WANTED;
  assert.deepEqual(yielded("$.spec.replicas", { "f:spec": { "f:replicas": {} } }), rest);
  assert.deepEqual(yielded("$.spec.replicas", {}, {}), rest);
});

Deno.test("each element of a list is judged by its own owners", () => {
  const others = { "f:spec": { "f:containers": { 'k:{"name":"a"}': { "f:image": {} } } } };
  const [a, b] = WANTED.containers;
  assert.deepEqual(yielded("$.spec.containers[*].image", others), {
    ...WANTED,
    containers: [{ name: "a", resources: a?.["resources" as keyof typeof a] }, { ...b, image: "b:live" }],
  });
});

Deno.test("of an ignored map what others own is left out, and the rest stays", () => {
  const others = { "f:spec": { "f:containers": { 'k:{"name":"a"}': { "f:resources": { "f:cpu": {} } } } } };
  const spec = yielded("$.spec.containers[?(@.name=='a')].resources", others) as typeof WANTED;
  assert.deepEqual(spec.containers[0], container("a", "a:2", { resources: { memory: 9 } }));
});

Deno.test("an ignored element of a list keeps the key that names it, or goes to others as a whole", () => {
  const owns = (fields: Record<string, unknown>) => ({
    "f:spec": { "f:containers": { 'k:{"name":"b"}': fields } },
  });
  const spec = (others: Record<string, unknown>) => yielded("$.spec.containers[1]", others) as typeof WANTED;
  assert.deepEqual(spec(owns({ "f:name": {} })).containers[1], container("b", "b:live"));
  assert.equal(spec(owns({ ".": {}, "f:name": {}, "f:image": {} })).containers.length, 1);
});

Deno.test("an element is found by the keys that the server names it by, not by its place", () => {
  const ports = (value: number, ...numbers: number[]) => numbers.map((port) => ({ port, value }));
  const key = (port: number) => `k:{"port":${port},"protocol":"TCP"}`;
  const own = { "f:spec": { "f:ports": { [key(80)]: { "f:value": {} }, [key(443)]: { "f:value": {} } } } };
  const live = { ports: ports(9, 443, 80).map((each) => ({ ...each, protocol: "TCP", value: each.port })) };
  const wanted = { ports: ports(1, 22, 80, 443) };
  const paths = ["$.spec.ports[*].value"];
  assert.deepEqual(yieldIgnored(object(wanted), object(live), { paths, own, others: {} })["spec"], {
    ports: [{ port: 22, value: 1 }, { port: 80, value: 80 }, { port: 443, value: 443 }],
  });
});

Deno.test("what is left of a map without its ignored fields is left out, too", () => {
  const kept = yieldIgnored(
    object({ scale: { replicas: 1 }, a: 1 }),
    object({ scale: { replicas: 2 }, a: 1 }),
    {
      paths: ["$.spec.scale.replicas"],
      own: {},
      others: {},
    },
  );
  assert.deepEqual(kept["spec"], { a: 1 });
});

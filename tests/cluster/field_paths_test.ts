import assert from "node:assert/strict";
import type { ObjectRef } from "../../src/kube/client.ts";
import { KubeError } from "../../src/kube/error.ts";
import { fieldConflicts, ownedPaths } from "../../src/kube/fields.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { parseApiVersion, type ResourceType } from "../../src/kube/resource_type.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type ClusterCase, clusterTest } from "../support/control_plane_case.ts";

const answer = await requireControlPlane();

const listMap = (keys: readonly string[], properties: Record<string, unknown>) => ({
  type: "array",
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": keys,
  items: { type: "object", required: keys, properties },
});

const CRD = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "shapes.fields.test" },
  spec: {
    group: "fields.test",
    scope: "Namespaced",
    names: { plural: "shapes", singular: "shape", kind: "Shape" },
    versions: [{
      name: "v1",
      served: true,
      storage: true,
      schema: {
        openAPIV3Schema: {
          type: "object",
          properties: {
            spec: {
              type: "object",
              properties: {
                byFlag: listMap(["on", "n", "text"], {
                  on: { type: "boolean" },
                  n: { type: "integer" },
                  text: { type: "string" },
                  value: { type: "string" },
                }),
                numbers: { type: "array", "x-kubernetes-list-type": "set", items: { type: "integer" } },
                plain: { type: "array", items: { type: "string" } },
              },
            },
          },
        },
      },
    }],
  },
};

interface PathCase {
  readonly plural: string;
  readonly one: Record<string, unknown>;
  readonly other: Record<string, unknown>;
  readonly conflicts: readonly string[];
}

const template = (image: string, port: number) => ({
  metadata: { labels: { "app.example.org/part": "a" } },
  spec: {
    containers: [{
      name: "a",
      image,
      args: [image],
      ports: [{ containerPort: 80, protocol: "TCP", name: `p${port}` }],
      env: [{ name: 'a "quoted" <b>', value: String(port) }],
    }],
  },
});

const TEXT = 'tab\t,"=]ü😀';

const CASES: readonly PathCase[] = [
  {
    plural: "configmaps",
    one: { apiVersion: "v1", kind: "ConfigMap", data: { "a.b": "1", c: "1" } },
    other: { apiVersion: "v1", kind: "ConfigMap", data: { "a.b": "2", c: "2" } },
    conflicts: [".data.a.b", ".data.c"],
  },
  {
    plural: "deployments",
    one: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      spec: { selector: { matchLabels: { "app.example.org/part": "a" } }, template: template("a:1", 1) },
    },
    other: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      spec: { selector: { matchLabels: { "app.example.org/part": "a" } }, template: template("a:2", 2) },
    },
    conflicts: [
      '.spec.template.spec.containers[name="a"].args',
      '.spec.template.spec.containers[name="a"].env[name="a \\"quoted\\" <b>"].value',
      '.spec.template.spec.containers[name="a"].image',
      '.spec.template.spec.containers[name="a"].ports[containerPort=80,protocol="TCP"].name',
    ],
  },
  {
    plural: "services",
    one: {
      apiVersion: "v1",
      kind: "Service",
      spec: { ports: [{ port: 80, protocol: "TCP", targetPort: 1 }] },
    },
    other: {
      apiVersion: "v1",
      kind: "Service",
      spec: { ports: [{ port: 80, protocol: "TCP", targetPort: 2 }] },
    },
    conflicts: ['.spec.ports[port=80,protocol="TCP"].targetPort'],
  },
  {
    plural: "shapes",
    one: {
      apiVersion: "fields.test/v1",
      kind: "Shape",
      spec: { byFlag: [{ on: true, n: 3, text: TEXT, value: "1" }], numbers: [1, 2], plain: ["x"] },
    },
    other: {
      apiVersion: "fields.test/v1",
      kind: "Shape",
      spec: { byFlag: [{ on: true, n: 3, text: TEXT, value: "2" }], numbers: [3], plain: ["y"] },
    },
    conflicts: ['.spec.byFlag[n=3,on=true,text="tab\\t,\\"=]ü😀"].value', ".spec.plain"],
  },
];

async function install(on: ClusterCase): Promise<void> {
  const type = {
    group: "apiextensions.k8s.io",
    version: "v1",
    kind: CRD.kind,
    plural: "customresourcedefinitions",
  };
  const ref = { type: { ...type, namespaced: false }, name: CRD.metadata.name };
  await on.client.apply(ref, CRD, { fieldManager: "test", force: true });
  await until("the kind to be served", async () => {
    const { apiVersion, kind } = { apiVersion: "fields.test/v1", kind: "Shape" };
    const object = { apiVersion, kind, metadata: { name: "probe", namespace: on.namespace } };
    await on.client.apply(refOf(on, { plural: "shapes", object }), object, { fieldManager: "test" });
    return true;
  });
}

function refOf(on: ClusterCase, { plural, object }: { plural: string; object: KubeObject }): ObjectRef {
  const { group, version } = parseApiVersion(object.apiVersion ?? "");
  const type: ResourceType = { group, version, kind: object.kind ?? "", plural, namespaced: true };
  return { type, namespace: on.namespace, name: object.metadata.name ?? "" };
}

clusterTest(
  answer,
  "the fields of a manager have the names that the server's conflicts give them",
  async (on) => {
    await install(on);
    for (const { plural, one, other, conflicts } of CASES) {
      const metadata = { name: "a", namespace: on.namespace };
      const ref = refOf(on, { plural, object: { ...one, metadata } });
      const { object } = await on.client.apply(ref, { ...one, metadata }, { fieldManager: "one" });
      const error = await on.client.apply(ref, { ...other, metadata }, { fieldManager: "other" }).catch(
        (thrown: unknown) => thrown,
      );
      assert(error instanceof KubeError && error.status === 409, `${plural}: ${error}`);
      assert.deepEqual(fieldConflicts(error).map(({ field }) => field).sort(), conflicts);
      const owned = ownedPaths(object, { manager: "one", operation: "Apply" });
      assert.deepEqual(conflicts.filter((field) => !owned.includes(field)), []);
    }
  },
);

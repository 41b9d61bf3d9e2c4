import assert from "node:assert/strict";
import type { CaseClient } from "./api_server_case.ts";

export const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

export interface Defined {
  readonly group: string;
  readonly crd: string;
  readonly kind: (name: string, spec: unknown, metadata?: object) => unknown;
  readonly path: (name?: string) => string;
}

const widgetSchema = {
  type: "object",
  required: ["spec"],
  properties: {
    spec: {
      type: "object",
      required: ["id"],
      "x-kubernetes-validations": [
        { rule: "self.replicas <= self.max", message: "replicas over max" },
        { rule: "self.id == oldSelf.id", message: "id is immutable" },
      ],
      properties: {
        id: { type: "string", minLength: 2, maxLength: 5, pattern: "^[a-z]+$" },
        replicas: { type: "integer", minimum: 0, default: 1 },
        max: { type: "integer", default: 10 },
        mode: { type: "string", enum: ["a", "b"], default: "a" },
        items: {
          type: "array",
          maxItems: 3,
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["id"],
          items: {
            type: "object",
            required: ["id"],
            properties: { id: { type: "string" }, v: { type: "string", default: "z" } },
          },
        },
        free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        port: { "x-kubernetes-int-or-string": true },
      },
    },
    status: { type: "object", properties: { replicas: { type: "integer" }, ready: { type: "string" } } },
  },
};

/** A CRD for Widgets of a group; `schema` in place of the widgets' own. */
export function definition(group: string, schema: unknown = widgetSchema) {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "widgets", kind: "Widget", shortNames: ["wd"] },
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" },
        },
        additionalPrinterColumns: [
          { name: "Replicas", type: "integer", jsonPath: ".spec.replicas" },
          { name: "Ready", type: "string", jsonPath: ".status.ready" },
        ],
        schema: { openAPIV3Schema: schema },
      }],
    },
  };
}

/** Defines Widgets in a group of their own and waits until they are served. */
export async function define(on: CaseClient): Promise<Defined> {
  const group = `g${crypto.randomUUID().slice(0, 8)}.example.com`;
  const crd = `${crds}/widgets.${group}`;
  assert.equal((await on.create(crds, definition(group))).status, 201);
  const path = (name = "") => on.group(`${group}/v1`, name === "" ? "/widgets" : `/widgets/${name}`);
  await on.eventually(async () => {
    const { status } = (await on.get(crd)).body;
    assert.ok(
      status?.conditions?.some((one) => one.type === "Established" && one.status === "True"),
    );
    assert.equal((await on.get(path())).status, 200);
  });
  const kind = (name: string, spec: unknown, metadata: object = {}) => ({
    apiVersion: `${group}/v1`,
    kind: "Widget",
    metadata: { name, ...metadata },
    spec,
  });
  return { group, crd, kind, path };
}

import assert from "node:assert/strict";
import { KubeError } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { type Kinds, servedKind } from "./served_kind.ts";

const V2: ResourceType = {
  group: "example.org",
  version: "v2",
  kind: "Gadget",
  plural: "gadgets",
  namespaced: true,
};
const KEY = { apiVersion: "example.org/v1", kind: "Gadget", namespace: "ns", name: "acme" };

async function kindWith(
  of: { types?: readonly ResourceType[]; crds?: readonly unknown[]; error?: Error },
): Promise<string> {
  const world: Kinds = {
    discovery: {
      resolve: (apiVersion, kind) => {
        if (of.error !== undefined) return Promise.reject(of.error);
        const type = of.types?.find((t) => `${t.group}/${t.version}` === apiVersion && t.kind === kind);
        return Promise.resolve(type === undefined ? { kind: "absent" } : { kind: "found", type });
      },
      list: () =>
        Promise.resolve(
          (of.types ?? []).map((type) => ({
            type,
            verbs: [],
            shortNames: [],
            categories: [],
            subresources: [],
          })),
        ),
    },
    client: {
      async *list() {
        yield await Promise.resolve({ items: (of.crds ?? []) as KubeObject[], resourceVersion: "1" });
      },
    },
  };
  const served = await servedKind(world, KEY, new AbortController().signal);
  return served.kind === "served" ? `served ${served.type.version}` : served.kind;
}

const crd = (group: string) => ({ metadata: { name: "x" }, spec: { group, names: { kind: "Gadget" } } });

Deno.test("a kind that moved on to another version is served in that one", async () => {
  assert.equal(await kindWith({ types: [{ ...V2, version: "v1" }] }), "served v1");
  assert.equal(await kindWith({ types: [V2] }), "served v2");
});

Deno.test("a kind is gone only when nothing defines it any more", async () => {
  assert.equal(await kindWith({ types: [{ ...V2, group: "other.org" }], crds: [crd("other.org")] }), "gone");
  assert.equal(await kindWith({ crds: [crd("example.org")] }), "unknown");
});

Deno.test("an error of discovery is no absence", async () => {
  const error = new KubeError("stale", { status: 503, reason: "StaleGroupVersion" });
  assert.equal(await kindWith({ error }), "unknown");
});

import { parseAllDocuments } from "yaml";
import type { KubeClient, ObjectRef } from "../../src/kube/client.ts";
import { createDiscovery } from "../../src/kube/discovery.ts";
import { isNotFound } from "../../src/kube/error.ts";
import type { KubeObject } from "../../src/kube/object.ts";

/** Which object: `{ apiVersion: "v1", kind: "ConfigMap", namespace, name }`. */
export interface Which {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** Objects of a cluster as a test reads and writes them. */
export interface ClusterObjects {
  /** Server-side apply of every document of a YAML text, as another manager than the operator. */
  apply(yaml: string): Promise<void>;
  get(which: Which): Promise<KubeObject | undefined>;
  list(of: Omit<Which, "name"> & { labelSelector?: string }): Promise<KubeObject[]>;
  merge(which: Which, body: unknown, subresource?: "status"): Promise<KubeObject>;
  remove(which: Which): Promise<void>;
}

export function clusterObjects(client: KubeClient): ClusterObjects {
  const discovery = createDiscovery({ client });
  const refOf = async ({ apiVersion, kind, namespace, name }: Which): Promise<ObjectRef> => {
    const found = await until(`${apiVersion} ${kind} to be served`, async () => {
      const answer = await discovery.resolve(apiVersion, kind);
      if (answer.kind === "absent") discovery.invalidate();
      return answer.kind === "found" ? answer : undefined;
    }, 30);
    return { type: found.type, namespace, name };
  };
  return {
    apply: async (yaml) => {
      for (const document of parseAllDocuments(yaml)) {
        const object = document.toJS() as KubeObject | null;
        if (object === null) continue;
        const { apiVersion = "", kind = "", metadata } = object;
        const { name = "", namespace } = metadata;
        const ref = await refOf({
          apiVersion,
          kind,
          name,
          ...(namespace === undefined ? {} : { namespace }),
        });
        await client.apply(ref, object, { fieldManager: "test", force: true });
      }
    },
    get: async (which) => {
      try {
        return await client.get(await refOf(which));
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    list: async ({ labelSelector, ...of }) => {
      const { type } = await refOf({ ...of, name: "" });
      const items: KubeObject[] = [];
      for await (const page of client.list({ type, namespace: of.namespace, labelSelector })) {
        items.push(...page.items);
      }
      return items;
    },
    merge: async (which, body, subresource) =>
      await client.patch(await refOf(which), { type: "merge", body }, { fieldManager: "test", subresource }),
    remove: async (which) => {
      await client.delete(await refOf(which), { propagationPolicy: "Background" });
    },
  };
}

/** Waits until `look` gives something; fails with what it is waiting for and what it saw last. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  seconds = 180,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      last = seen;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(
    `waited ${seconds}s for: ${what}; last saw ${last instanceof Error ? last.message : String(last)}`,
  );
}

import assert from "node:assert/strict";
import { childOf, recordOf } from "../../tests/support/child_objects.ts";
import { storedNode } from "../../tests/support/stored_objects.ts";
import type { Child } from "../api/stages.ts";
import type { StoredNode } from "../api/stored.ts";
import type { ListOptions } from "../kube/client.ts";
import { holdsRetained, type Inquiry, namespaceHolders } from "./namespace_holders.ts";

const NODE = storedNode({ row: "acme", form: "data" }, { deleting: true });

function holders(children: readonly Child[], nodes: readonly StoredNode[], node = NODE): string[] {
  const world = {
    children: { inNamespace: () => [...children] },
    nodes: { labelled: (namespace: string, label: string) => nodes.filter(byLabel(namespace, label)) },
  };
  return namespaceHolders(world, { node, namespace: "ns", orphans: [] });
}

const byLabel = (namespace: string, label: string) => (node: StoredNode) =>
  node.namespace === namespace && node.name === label;

Deno.test("a child of a node that stays holds its namespace, one of a node that goes too does not", () => {
  const child = childOf("web", { node: "acme-web" });
  assert.deepEqual(holders([child], [storedNode({ row: "acme", form: "web" })]), ["ConfigMap acme-web"]);
  assert.deepEqual(holders([child], [storedNode({ row: "acme", form: "web" }, { deleting: true })]), []);
  assert.deepEqual(holders([child], []), []);
});

Deno.test("a label that two nodes share holds as long as one of them stays", () => {
  const child = childOf("web", { node: "acme-web" });
  const nodes = [true, false].map((deleting) => storedNode({ row: "acme", form: "web" }, { deleting }));
  assert.deepEqual(holders([child], nodes), ["ConfigMap acme-web"]);
});

Deno.test("what must stay holds its namespace, whose node ever it is", () => {
  for (const node of ["acme-data", "acme-web"]) {
    const kept = childOf("volume", { node, deletionPolicy: "Retain" });
    assert.deepEqual(holders([kept], [storedNode({ row: "acme", form: "web" }, { deleting: true })]), [
      "ConfigMap acme-volume",
    ]);
  }
  const recorded = { ...NODE, status: { resources: [recordOf("volume", { deletionPolicy: "Retain" })] } };
  assert.deepEqual(holders([], [], recorded), ["ConfigMap acme-volume"]);
});

Deno.test("what is being deleted already, or was never written by us, holds nothing", () => {
  const web = [storedNode({ row: "acme", form: "web" })];
  assert.deepEqual(holders([childOf("web", { node: "acme-web", deleting: true })], web), []);
  assert.deepEqual(holders([childOf("web", { node: "acme-web", entry: undefined })], web), []);
});

/** An API server with one object that a node has let go of, of that plural. */
function inquiry(plural: string | undefined, asked: ListOptions[]): Inquiry {
  const kinds = ["ConfigMap", "Namespace", "Gone", "Secret", "ConfigMap"];
  return {
    forms: { kinds: () => kinds.map((kind) => ({ apiVersion: "v1", kind })) },
    discovery: {
      resolve: (_, kind) => {
        if (kind === "Gone") return Promise.resolve({ kind: "absent" });
        const type = {
          group: "",
          version: "v1",
          kind,
          plural: `${kind.toLowerCase()}s`,
          namespaced: kind !== "Namespace",
        };
        return Promise.resolve({ kind: "found", type });
      },
    },
    client: {
      async *list(options) {
        asked.push(options);
        const items = options.type.plural === plural ? [{ metadata: { name: "kept" } }] : [];
        yield await Promise.resolve({ items, resourceVersion: "1" });
      },
    },
  };
}

Deno.test("each namespaced kind is asked once for what was let go of", async () => {
  const signal = new AbortController().signal;
  for (const [plural, holds] of [["secrets", true], [undefined, false]] as const) {
    const asked: ListOptions[] = [];
    assert.equal(await holdsRetained(inquiry(plural, asked), "ns", signal), holds);
    assert.deepEqual(
      asked.map(({ type, namespace, labelSelector }) => [type.plural, namespace, labelSelector]),
      [
        ["configmaps", "ns", "lynq.sh/orphaned"],
        ["secrets", "ns", "lynq.sh/orphaned"],
      ],
    );
  }
});

import assert from "node:assert/strict";
import { childOf, recordOf } from "../../tests/support/child_objects.ts";
import { storedNode } from "../../tests/support/stored_objects.ts";
import type { Child } from "../api/stages.ts";
import type { StoredNode } from "../api/stored.ts";
import type { ListOptions } from "../kube/client.ts";
import type { ObjectMeta } from "../kube/object.ts";
import type { Inquiry } from "./emptying.ts";
import { holdersUnseen, namespaceHolders } from "./namespace_holders.ts";

const NODE = storedNode({ row: "acme", form: "data" }, { deleting: true });

function holders(children: readonly Child[], nodes: readonly StoredNode[], node = NODE): string[] {
  const world = {
    children: { inNamespace: () => [...children] },
    nodes: {
      labelled: (namespace: string, label: string) => nodes.filter(byLabel(namespace, label)),
      get: (key: string) => nodes.find((each) => `${each.namespace}/${each.name}` === key),
    },
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
function inquiry(
  plural: string | undefined,
  asked: ListOptions[],
  metadata: ObjectMeta = {},
): Inquiry {
  const kinds = ["ConfigMap", "Namespace", "Gone", "Secret", "ConfigMap"];
  return {
    nodes: { labelled: (_, label) => label === "acme-web" ? [storedNode({ row: "acme", form: "web" })] : [] },
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
        const items = options.type.plural === plural ? [{ metadata: { name: "kept", ...metadata } }] : [];
        yield await Promise.resolve({ items, resourceVersion: "1" });
      },
    },
  };
}

const signal = new AbortController().signal;
const EMPTYING = { node: NODE, namespace: "ns", orphans: [] };

Deno.test("each namespaced kind is asked once for what was let go of, and volumes for all of them", async () => {
  for (const [plural, holds] of [["secrets", ["Secret kept"]], [undefined, []]] as const) {
    const asked: ListOptions[] = [];
    assert.deepEqual(await holdersUnseen(inquiry(plural, asked), EMPTYING, signal), holds);
    assert.deepEqual(
      asked.map(({ type, namespace, labelSelector }) => [type.plural, namespace, labelSelector]).sort(),
      [
        ["configmaps", "ns", "lynq.sh/orphaned"],
        ["lynqforms", "ns", undefined],
        ["lynqhubs", "ns", undefined],
        ["lynqnodes", "ns", undefined],
        ["persistentvolumeclaims", "ns", undefined],
        ["secrets", "ns", "lynq.sh/orphaned"],
      ],
    );
  }
});

Deno.test("a hub, a form or another node that stays holds its namespace", async () => {
  for (
    const [plural, kind] of [["lynqhubs", "LynqHub"], ["lynqforms", "LynqForm"], ["lynqnodes", "LynqNode"]]
  ) {
    assert.deepEqual(await holdersUnseen(inquiry(plural, []), EMPTYING, signal), [`${kind} kept`]);
  }
  const going = { ...EMPTYING, node: { ...NODE, uid: "kept" } };
  assert.deepEqual(await holdersUnseen(inquiry("lynqnodes", [], { uid: "kept" }), going, signal), []);
  const deleted = { deletionTimestamp: "2026-01-01T00:00:00Z" };
  assert.deepEqual(await holdersUnseen(inquiry("lynqhubs", [], deleted), EMPTYING, signal), []);
});

Deno.test("what the node goes on having holds the namespace that it lets go of", () => {
  const staying = storedNode({ row: "acme", form: "data" });
  const app = childOf("app", { node: "acme-data" });
  assert.deepEqual(holders([app], [staying], staying), ["ConfigMap acme-app"]);
  assert.deepEqual(holders([app], [NODE]), []);
});

Deno.test("a shared object holds its namespace as long as one of those who share it stays", () => {
  const claim = {
    uid: "uid-of-acme-web",
    namespace: "ns",
    name: "acme-web",
    policy: "Delete",
    entry: "e",
  } as const;
  const child = childOf("x", { node: "acme-data", entry: undefined, claims: [claim] });
  assert.deepEqual(holders([child], [NODE, storedNode({ row: "acme", form: "web" })]), ["ConfigMap acme-x"]);
  assert.deepEqual(
    holders([child], [NODE, storedNode({ row: "acme", form: "web" }, { deleting: true })]),
    [],
  );
});

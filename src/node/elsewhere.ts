import type { Child } from "../api/stages.ts";
import { LABEL } from "../api/labels.ts";
import type { StoredNode } from "../api/stored.ts";
import { toChild } from "./child.ts";
import type { Emptying, KnownNodes } from "./emptying.ts";
import type { NodeWorld } from "./world.ts";

/** What another replica works on, where each has a shard of the nodes. */
export interface Elsewhere {
  /** The buckets of the nodes that are here. */
  readonly buckets: readonly string[];
  /** Whether a node whose children carry this label is not one of those here. */
  has(namespace: string, label: string): boolean;
}

interface Asked {
  readonly elsewhere?: Elsewhere | undefined;
  readonly children: Pick<NodeWorld["children"], "inNamespace">;
  readonly client: Pick<NodeWorld["client"], "list">;
  readonly discovery: Pick<NodeWorld["discovery"], "resolve">;
  readonly forms: Pick<NodeWorld["forms"], "kinds">;
  readonly nodes: Pick<NodeWorld["nodes"], "get" | "labelled" | "type">;
}

/** Every child in a Namespace and what is to be known of the nodes that they belong to, whoever works on them. */
export interface AllBelongings {
  readonly children: { inNamespace(namespace: string): Child[] };
  readonly nodes: KnownNodes;
}

/** The caches, and what they lack as the API server has it now. Throws where no answer came. */
export async function belongings(
  world: Asked,
  of: Pick<Emptying, "node" | "namespace">,
  signal: AbortSignal,
): Promise<AllBelongings> {
  const { elsewhere } = world;
  if (elsewhere === undefined) return world;
  const all = [
    ...world.children.inNamespace(of.namespace),
    ...await childrenElsewhere(world, { ...of, elsewhere }, signal),
  ];
  const named = all.flatMap((child) => [
    { namespace: child.nodeNamespace, label: child.node },
    ...(child.claims ?? []).map(({ namespace, name }) => ({ namespace, label: name })),
  ]).filter(({ namespace, label }) => label !== "" && elsewhere.has(namespace, label));
  const asked = new Map(named.map((one) => [`${one.namespace}/${one.label}`, one]));
  const found = new Map(
    await Promise.all(
      [...asked].map(async ([key, one]) => [key, await nodeElsewhere(world, one, signal)] as const),
    ),
  );
  const known = (key: string) => found.has(key) ? found.get(key) : STAYS;
  return {
    children: { inNamespace: () => all },
    nodes: {
      labelled: (namespace, label) => {
        if (!elsewhere.has(namespace, label)) return world.nodes.labelled(namespace, label);
        const node = known(`${namespace}/${label}`);
        return node === undefined ? [] : [node];
      },
      get: (key) => found.has(key) ? found.get(key) : world.nodes.get(key),
    },
  };
}

/** Of a node that was not asked for, or can't be, it is believed that it stays. */
const STAYS: Pick<StoredNode, "deleting"> = { deleting: false };

interface Looking extends Pick<Emptying, "node" | "namespace"> {
  readonly elsewhere: Elsewhere;
}

async function childrenElsewhere(
  world: Asked,
  { node, namespace, elsewhere }: Looking,
  signal: AbortSignal,
): Promise<Child[]> {
  const labelSelector = `${LABEL.node},${LABEL.bucket},${LABEL.bucket} notin (${
    elsewhere.buckets.join(",")
  })`;
  const kinds = new Map(
    [...world.forms.kinds(), ...node.status.resources ?? []].map((of) => [`${of.apiVersion}/${of.kind}`, of]),
  );
  const lists = [...kinds.values()].map(async ({ apiVersion, kind }) => {
    const found = await world.discovery.resolve(apiVersion, kind);
    if (found.kind === "absent" || !found.type.namespaced) return [];
    const asked = { type: found.type, namespace, labelSelector, metadataOnly: true };
    const children: Child[] = [];
    for await (const { items } of world.client.list(asked, signal)) {
      children.push(...items.map((item) => toChild(item, { apiVersion, kind })));
    }
    return children;
  });
  return (await Promise.all(lists)).flat();
}

const LABEL_LIMIT = 63;

/** undefined where it is gone. A name that was cut to fit a label can't be asked for. */
async function nodeElsewhere(
  { client, nodes }: Asked,
  { namespace, label }: { namespace: string; label: string },
  signal: AbortSignal,
): Promise<Pick<StoredNode, "deleting"> | undefined> {
  if (label.length >= LABEL_LIMIT) return STAYS;
  const asked = { type: nodes.type, namespace, fieldSelector: `metadata.name=${label}`, metadataOnly: true };
  for await (const { items } of client.list(asked, signal)) {
    const [node] = items;
    if (node !== undefined) return { deleting: node.metadata.deletionTimestamp !== undefined };
  }
  return undefined;
}

import { LABEL, nameAsLabel } from "../api/labels.ts";
import { sensitiveNames } from "../api/mapped_variables.ts";
import { namespacedName } from "../api/resource_key.ts";
import { sensitiveName, sensitiveNodeName } from "../api/sensitive.ts";
import { type StoredHub, type StoredNode, toStoredNode } from "../api/stored.ts";
import { isConflict, isNotFound, KubeError } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import type { NodeChange } from "./plan.ts";
import { dropSecret, giveToNode, SECRET } from "./sensitive_secret.ts";
import type { HubWorld } from "./world.ts";

interface Waiting {
  readonly hub: StoredHub;
  /** What the rows ask for: the Secret of a node that is to be made waits for it. */
  readonly changes: readonly NodeChange[];
}

type World = Pick<HubWorld, "client" | "nodes" | "sensitiveMemory" | "log">;

/**
 * Secrets with sensitive values that are the hub's still, since work ended between the making of a node and the giving:
 * those whose node is there are given to it, those that no node is made for go. It costs one list of metadata a process
 * and hub, and one more after a create that failed. Tells whether none is left that a node lacks.
 */
export async function settleWaiting(world: World, of: Waiting, signal: AbortSignal): Promise<boolean> {
  const { hub } = of;
  if (sensitiveNames(hub.spec).length === 0) return true;
  const key = namespacedName(hub);
  const memory = world.sensitiveMemory.get(key);
  if (memory?.settled === true) return true;
  try {
    const outcomes = await settleAll(world, of, signal);
    const settled = !outcomes.includes("refused");
    world.sensitiveMemory.set(key, { ...memory, settled: settled && !outcomes.includes("waits") });
    return settled;
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    world.log.error("Failed to list Secrets with sensitive values", { hub: key, error });
    // Asking again does not give the right to ask.
    if (error.status === 403) world.sensitiveMemory.set(key, { ...memory, settled: true });
    return error.status === 403;
  }
}

type Outcome = "done" | "waits" | "refused";

async function settleAll(world: World, of: Waiting, signal: AbortSignal): Promise<Outcome[]> {
  const { hub, changes } = of;
  const nodes = new Map(
    world.nodes.ofHub(hub.namespace, hub.name).map((node) => [sensitiveName(node.name), node]),
  );
  const wanted = new Set(
    changes.flatMap((change) => change.kind === "create" ? [sensitiveName(change.wanted.name)] : []),
  );
  const outcomes: Outcome[] = [];
  const asked = {
    ...{ type: SECRET, namespace: hub.namespace, metadataOnly: true },
    labelSelector: `${LABEL.sensitiveWaiting}=${nameAsLabel(hub.name)}`,
  };
  for await (const { items } of world.client.list(asked, signal)) {
    for (const secret of items) {
      const { name = "", ownerReferences = [] } = secret.metadata;
      const of = sensitiveNodeName(name);
      if (of === undefined || !ownerReferences.some(({ uid }) => uid === hub.uid)) continue;
      if (wanted.has(name)) outcomes.push("waits");
      else outcomes.push(await settle(world, { secret, of, node: nodes.get(name) }, signal));
    }
  }
  return outcomes;
}

async function settle(
  world: World,
  { secret, of, node: cached }: { secret: KubeObject; of: string; node: StoredNode | undefined },
  signal: AbortSignal,
): Promise<Outcome> {
  const { namespace, name = "", uid, resourceVersion } = secret.metadata;
  try {
    const node = cached ?? await nodeOf(world, { namespace, name: of }, signal);
    if (node?.spec.sensitive !== undefined) await giveToNode(world, node, signal);
    else await dropSecret(world, { namespace, name, uid, resourceVersion }, signal);
    return "done";
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    // It was written meanwhile.
    if (isConflict(error)) return "waits";
    world.log.error("Failed to settle a Secret with sensitive values", {
      secret: `${namespace}/${name}`,
      error,
    });
    return "refused";
  }
}

/** The node as the API server has it: that no cache has it is no reason to delete what it needs. */
async function nodeOf(
  world: World,
  { namespace, name }: { namespace: string | undefined; name: string },
  signal: AbortSignal,
): Promise<StoredNode | undefined> {
  try {
    return toStoredNode(await world.client.get({ type: world.nodes.type, namespace, name }, { signal }));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

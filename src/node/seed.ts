import { Buffer } from "node:buffer";
import { API_VERSION, FIELD_MANAGER, LABEL, nameAsLabel } from "../api/labels.ts";
import { namespacedName } from "../api/resource_key.ts";
import type { NodeIdentity } from "../api/stages.ts";
import type { StoredNode } from "../api/stored.ts";
import type { KubeClient, ObjectRef } from "../kube/client.ts";
import { isConflict, isNotFound, KubeError } from "../kube/error.ts";
import type { KubeObject, OwnerReference } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { COMPONENT, regarding } from "./node_event.ts";
import { type Seed, SEED_BYTES, seedOf } from "./random_stream.ts";
import type { Settled } from "./settle.ts";
import type { NodeWorld } from "./world.ts";

/** A node's seed, or why there is none to render with. */
export type SeedAnswer =
  /** fresh: it was made just now, so that nothing that exists can have been rendered with it. */
  | { readonly kind: "seed"; readonly seed: Seed; readonly fresh: boolean }
  | { readonly kind: "unavailable"; readonly settled: Settled };

export interface SeedInput {
  readonly node: StoredNode;
  /** Something that was rendered with it may outlive the node, and the node may come back to it. */
  readonly outlives: boolean;
  /** Records of the node name a seed, so that there was one. */
  readonly known: boolean;
  readonly signal: AbortSignal;
}

type SeedWorld = Pick<NodeWorld, "client" | "events" | "randomBytes">;

const SECRET: ResourceType = {
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  namespaced: true,
};
const MANAGED = { fieldManager: FIELD_MANAGER };

/** The reason of what can't be rendered without the seed. */
export const SEED_UNAVAILABLE = "SeedUnavailable";

/**
 * Reads the seed that a node's random values are derived from, and makes it where there is none. It is held no longer
 * than a pass takes. Throws where the API server gave no answer.
 */
export async function loadSeed(world: SeedWorld, input: SeedInput): Promise<SeedAnswer> {
  const name = seedName(input.node.name);
  const ref: ObjectRef = { type: SECRET, namespace: input.node.namespace, name };
  try {
    const stored = await find(world.client, ref, input.signal);
    if (stored !== undefined) return await accept(world.client, { stored, ref }, input);
    const created = await create(world, ref, input);
    if (created === undefined) return await loadSeed(world, input);
    if (input.known) reportLost(world, input.node, name);
    return { kind: "seed", seed: created, fresh: true };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const message =
      `the seed of its random values, Secret ${input.node.namespace}/${name}, can't be read or ` +
      `made: ${error.message}; let the operator get, create and patch Secrets there`;
    return unavailable(message);
  }
}

const NAME_LIMIT = 253;
const SUFFIX = "-lynq-seed";

/** The Secret's name: the node's own, shortened where both don't fit. */
export function seedName(node: string): string {
  return `${node.length + SUFFIX.length <= NAME_LIMIT ? node : nameAsLabel(node)}${SUFFIX}`;
}

async function find(
  client: KubeClient,
  ref: ObjectRef,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    return await client.get(ref, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** A seed of an earlier node of the same name is taken over: what it left behind was rendered with it. */
async function accept(
  client: KubeClient,
  { stored, ref }: { stored: KubeObject; ref: ObjectRef },
  { node, outlives, signal }: SeedInput,
): Promise<SeedAnswer> {
  const bytes = Buffer.from(String((stored["data"] as { seed?: unknown } | undefined)?.seed ?? ""), "base64");
  const marked = stored.metadata.labels?.[LABEL.seedOf] === nameAsLabel(node.name);
  if (!marked || bytes.length !== SEED_BYTES) {
    const shape = marked
      ? `holds ${bytes.length} bytes under data.seed where ${SEED_BYTES} are wanted`
      : `lacks the label ${LABEL.seedOf}: ${nameAsLabel(node.name)}`;
    const message =
      `Secret ${ref.namespace}/${ref.name} should be the seed of its random values, but ${shape}; ` +
      "delete it, and a new one is made";
    return unavailable(message);
  }
  const owners = ownersOf(node, outlives);
  const present = (stored.metadata.ownerReferences ?? []).map(({ uid }) => uid);
  if (present.join() !== owners.map(({ uid }) => uid).join()) {
    const body = { metadata: { uid: stored.metadata.uid, ownerReferences: owners } };
    await client.patch(ref, { type: "merge", body }, MANAGED, signal);
  }
  return { kind: "seed", seed: seedOf(bytes), fresh: false };
}

/** undefined where somebody else made it meanwhile. */
async function create(
  { client, randomBytes }: SeedWorld,
  ref: ObjectRef,
  { node, outlives, signal }: SeedInput,
): Promise<Seed | undefined> {
  const bytes = randomBytes(SEED_BYTES);
  const object: KubeObject = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: ref.name,
      namespace: node.namespace,
      labels: { [LABEL.seedOf]: nameAsLabel(node.name) },
      ownerReferences: ownersOf(node, outlives),
    },
    type: "lynq.sh/seed",
    immutable: true,
    data: { seed: Buffer.from(bytes).toString("base64") },
  };
  try {
    await client.create(ref.type, object, MANAGED, signal);
    return seedOf(bytes);
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
}

function ownersOf({ name, uid }: NodeIdentity, outlives: boolean): OwnerReference[] {
  return outlives ? [] : [{ apiVersion: API_VERSION, kind: "LynqNode", name, uid }];
}

/** An answer that asking again does not change. */
function isRefusal(error: unknown): error is KubeError {
  return error instanceof KubeError && [400, 403, 404, 422].includes(error.status);
}

function unavailable(message: string): SeedAnswer {
  return { kind: "unavailable", settled: { state: "Failed", reason: SEED_UNAVAILABLE, message } };
}

function reportLost(world: SeedWorld, node: StoredNode, name: string): void {
  world.events.record({
    regarding: regarding(node),
    type: "Warning",
    reason: "SeedLost",
    message:
      `Secret ${name}, the seed of the random values of LynqNode ${namespacedName(node)}, was gone and was ` +
      "made anew: objects keep the values that they have until their own form entry or variables change",
    component: COMPONENT,
  });
}

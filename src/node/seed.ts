import { Buffer } from "node:buffer";
import type { KeptValue, Remembered } from "../api/givens.ts";
import { API_VERSION, FIELD_MANAGER, LABEL, nameAsLabel } from "../api/labels.ts";
import { namespacedName } from "../api/resource_key.ts";
import type { NodeIdentity } from "../api/stages.ts";
import type { StoredNode } from "../api/stored.ts";
import type { KubeClient, ObjectRef } from "../kube/client.ts";
import { isConflict, isNotFound, KubeError } from "../kube/error.ts";
import type { KubeObject, OwnerReference } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { keptData, keptKey, readKept } from "./kept_values.ts";
import { COMPONENT, regarding } from "./node_event.ts";
import { type Seed, SEED_BYTES, seedOf } from "./random_stream.ts";
import type { Settled } from "./settle.ts";
import type { NodeWorld } from "./world.ts";

/** A node's seed, or why there is none to render with. */
export type SeedAnswer =
  /** `kept`: by resource id, the values that are not derived from it. */
  | { readonly kind: "seed"; readonly seed: Seed; readonly kept: ReadonlyMap<string, readonly KeptValue[]> }
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

export const SECRET: ResourceType = {
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
    const bytes = world.randomBytes(SEED_BYTES);
    const created = await create(world.client, { ref, data: { seed: base64(bytes) } }, input);
    if (created === "exists") return await loadSeed(world, input);
    if (input.known) reportLost(world, input.node, name);
    return { kind: "seed", seed: seedOf(bytes), kept: new Map() };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return unavailable(refusalText(ref, error));
  }
}

/** The values of all resources that are to be beside the seed, of which those of `id` are new. */
export interface RememberInput extends SeedInput {
  readonly seed: Seed;
  readonly kept: ReadonlyMap<string, readonly KeptValue[]>;
  readonly id: string;
}

/** Stores what a resource's fields keep. Throws where the API server gave no answer. */
export async function rememberValues(world: SeedWorld, input: RememberInput): Promise<Remembered> {
  const { node, id, seed, kept, signal } = input;
  const ref: ObjectRef = { type: SECRET, namespace: node.namespace, name: seedName(node.name) };
  const data = { [keptKey(id)]: keptData(id, kept.get(id) ?? []) };
  try {
    await world.client.patch(ref, { type: "merge", body: { data } }, MANAGED, signal);
    return { kind: "remembered", seed: seed.fingerprint };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (!isNotFound(error)) {
      return { kind: "refused", reason: SEED_UNAVAILABLE, message: refusalText(ref, error) };
    }
  }
  // It went away since it was read; whoever made it anew has another seed.
  const all = [...kept].map(([each, values]) => [keptKey(each), keptData(each, values)]);
  const whole = { seed: base64(seed.bytes), ...Object.fromEntries(all) as Record<string, string> };
  const created = await create(world.client, { ref, data: whole }, input);
  if (created === "created") return { kind: "remembered", seed: seed.fingerprint };
  const message =
    `the seed of its random values, Secret ${ref.namespace}/${ref.name}, was made anew meanwhile`;
  return { kind: "refused", reason: SEED_UNAVAILABLE, message };
}

function refusalText({ namespace, name }: ObjectRef, { message }: KubeError): string {
  return `the seed of its random values, Secret ${namespace}/${name}, can't be read or ` +
    `written: ${message}; let the operator get, create and patch Secrets there`;
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
  const data = (stored["data"] ?? {}) as Readonly<Record<string, string>>;
  const bytes = Buffer.from(String(data["seed"] ?? ""), "base64");
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
  const kept = readKept(data);
  if (kept.kind === "unreadable") {
    const message =
      `data["${kept.key}"] of Secret ${ref.namespace}/${ref.name} should hold the random values that ` +
      "an object had before it was managed, but is no list of them; restore it, or delete that key to have the " +
      "values derived from the seed";
    return unavailable(message);
  }
  const owners = ownersOf(node, outlives);
  const present = (stored.metadata.ownerReferences ?? []).map(({ uid }) => uid);
  if (present.join() !== owners.map(({ uid }) => uid).join()) {
    const body = { metadata: { uid: stored.metadata.uid, ownerReferences: owners } };
    await client.patch(ref, { type: "merge", body }, MANAGED, signal);
  }
  return { kind: "seed", seed: seedOf(bytes), kept: kept.values };
}

/** "exists" where somebody else made it meanwhile. */
async function create(
  client: KubeClient,
  { ref, data }: { ref: ObjectRef; data: Readonly<Record<string, string>> },
  { node, outlives, signal }: SeedInput,
): Promise<"created" | "exists"> {
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
    data,
  };
  try {
    await client.create(ref.type, object, MANAGED, signal);
    return "created";
  } catch (error) {
    if (isConflict(error)) return "exists";
    throw error;
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
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
      "made anew: objects that exist keep the values that they have",
    component: COMPONENT,
  });
}

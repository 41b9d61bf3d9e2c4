import { tracker } from "../api/claimant.ts";
import { KubeError } from "../kube/error.ts";
import type { KubeObject, OwnerReference } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { isTracked } from "./child.ts";
import { type Emptying, goesToo, type Inquiry, nameOf } from "./emptying.ts";

const VOLUME_CLAIM: ResourceType = {
  group: "",
  version: "v1",
  kind: "PersistentVolumeClaim",
  plural: "persistentvolumeclaims",
  namespaced: true,
};

type Asking = Pick<Inquiry, "client" | "discovery" | "nodes">;

/**
 * The volume claims in the Namespace that stay. Not those that are being deleted, that a node made which goes, or whose
 * owners are all gone or going, so that the garbage collector takes them: a StatefulSet's with
 * `persistentVolumeClaimRetentionPolicy.whenDeleted: Delete`. Throws where no answer came.
 */
export async function volumeHolders(
  world: Asking,
  { node, namespace }: Omit<Emptying, "orphans">,
  signal: AbortSignal,
): Promise<string[]> {
  const held: string[] = [];
  const owners = new Owners(world, { namespace, signal });
  for await (
    const { items } of world.client.list({ type: VOLUME_CLAIM, namespace, metadataOnly: true }, signal)
  ) {
    for (const item of items) {
      const track = tracker(item.metadata.labels);
      // What a node made is judged as its child; this node has none left by now.
      const goes = track !== undefined &&
        (isTracked({ node: track.label, nodeNamespace: track.namespace }, node) || goesToo(world, track));
      if (!goes && !await owners.isGoing(item)) held.push(nameOf(VOLUME_CLAIM.kind, item));
    }
  }
  return held;
}

/** Owners of owners that are asked for: a volume claim of a StatefulSet of a custom resource has two. */
const DEPTH = 4;

/** What is known of the owners of the objects in one namespace, each asked for once. */
class Owners {
  readonly #world: Asking;
  readonly #at: { readonly namespace: string; readonly signal: AbortSignal };
  readonly #going = new Map<string, Promise<boolean>>();

  constructor(world: Asking, at: { namespace: string; signal: AbortSignal }) {
    this.#world = world;
    this.#at = at;
  }

  /** Whether the object is being deleted, or the garbage collector will delete it since all of its owners go. */
  async isGoing({ metadata }: KubeObject, depth = DEPTH): Promise<boolean> {
    if (metadata.deletionTimestamp !== undefined) return true;
    const owners = metadata.ownerReferences ?? [];
    if (owners.length === 0 || depth === 0) return false;
    const going = await Promise.all(owners.map((owner) => this.#ownerGoes(owner, depth - 1)));
    return going.every((goes) => goes);
  }

  #ownerGoes(owner: OwnerReference, depth: number): Promise<boolean> {
    const known = this.#going.get(owner.uid);
    if (known !== undefined) return known;
    const asked = this.#ask(owner, depth);
    this.#going.set(owner.uid, asked);
    return asked;
  }

  async #ask({ apiVersion, kind, name, uid }: OwnerReference, depth: number): Promise<boolean> {
    const found = await this.#world.discovery.resolve(apiVersion, kind);
    if (found.kind === "absent") return false;
    const { type } = found;
    const { namespace, signal } = this.#at;
    const where = { type, fieldSelector: `metadata.name=${name}`, ...(type.namespaced ? { namespace } : {}) };
    try {
      for await (const { items } of this.#world.client.list({ ...where, metadataOnly: true }, signal)) {
        const owner = items.find(({ metadata }) => metadata.uid === uid);
        // A deletion that leaves dependents behind takes the owner off them.
        if (owner?.metadata.finalizers?.includes("orphan") === true) return false;
        if (owner !== undefined) return await this.isGoing(owner, depth);
      }
      return true;
    } catch (error) {
      // What may not be asked for is taken for one that stays.
      if (error instanceof KubeError && error.status === 403) return false;
      throw error;
    }
  }
}

import { type Claimant, claimsOf, mayShareWith, type Sharer, tracker } from "../api/claimant.ts";
import { ANNOTATION, LABEL, nameAsLabel } from "../api/labels.ts";
import type { Resource } from "../api/resource.ts";
import type { NodeIdentity } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";

/** Whose an existing object is, before anything is written to it. */
export type Claim =
  | { readonly kind: "ours" }
  /** Left behind by a node as an orphan: taken back, and its markers removed. */
  | { readonly kind: "orphan" }
  /** Somebody else's, and the form's conflictPolicy or the object itself says to take it over. */
  | { readonly kind: "take" }
  /** Other nodes', which share it with this one. */
  | { readonly kind: "join" }
  /** `nodes` are the LynqNodes among the owners, where it is theirs. */
  | { readonly kind: "foreign"; readonly owner: string; readonly nodes: readonly Holder[] };

/** A LynqNode that an object names; the UID is known of a claim only. */
export interface Holder {
  readonly namespace: string;
  /** The name, or what of it fits a label. */
  readonly name: string;
  readonly uid?: string;
}

export interface Claiming {
  readonly policy: Resource;
  readonly shared: boolean;
  /** The UID that our record holds. */
  readonly recordedUid: string | undefined;
  /** Whether a node that the object names is gone for sure. */
  readonly isGone?: (holder: Holder) => boolean;
}

/** Decides whose an object is from its own metadata and the UID that our record holds. */
export function claim({ metadata, ...object }: KubeObject, node: Sharer, of: Claiming): Claim {
  if (metadata.uid !== undefined && metadata.uid === of.recordedUid) return { kind: "ours" };
  if (isOurs({ metadata }, node)) return { kind: "ours" };
  const labels = metadata.labels ?? {};
  const owners = metadata.ownerReferences ?? [];
  const claims = claimsOf(metadata.annotations);
  const track = tracker(labels);
  const others = othersOn({ claims, track }, node, of);
  if (others.kind !== "none") return others.claim;
  const controller = owners.find((owner) => owner.controller === true && !isOurKind(owner.kind, others.gone));
  if (controller !== undefined) {
    return { kind: "foreign", owner: `${controller.kind} ${controller.name}`, nodes: [] };
  }
  if (labels[LABEL.orphaned] === "true") return { kind: "orphan" };
  if (of.policy.conflictPolicy === "Force" || mayBeAdopted(metadata.annotations, node)) {
    return { kind: "take" };
  }
  return { kind: "foreign", owner: managers({ metadata, ...object }), nodes: [] };
}

/** Whether the object itself says that it is this node's: by its labels, an owner reference or a claim. */
export function isOurs({ metadata }: Pick<KubeObject, "metadata">, node: NodeIdentity): boolean {
  const track = tracker(metadata.labels);
  if (track?.label === nameAsLabel(node.name) && track.namespace === node.namespace) return true;
  if (metadata.ownerReferences?.some((owner) => owner.uid === node.uid) === true) return true;
  return claimsOf(metadata.annotations).some(({ uid }) => uid === node.uid);
}

type Others =
  | { readonly kind: "some"; readonly claim: Claim }
  /** `gone`: nodes are named that are gone. */
  | { readonly kind: "none"; readonly gone: boolean };

/** What the other nodes that the object names make of it. */
function othersOn(
  { claims, track }: { claims: readonly Claimant[]; track: ReturnType<typeof tracker> },
  node: Sharer,
  { policy, shared, isGone = () => false }: Claiming,
): Others {
  const sharing = (claimant: Claimant) => shared && mayShareWith(node, policy, claimant);
  const counting = claims.filter((claimant) => sharing(claimant) || !isGone(claimant));
  const refusing = counting.filter((claimant) => !sharing(claimant));
  if (refusing.length > 0) return foreign(refusing);
  if (counting.length > 0) return { kind: "some", claim: { kind: "join" } };
  if (track === undefined) return { kind: "none", gone: false };
  const holder = { namespace: track.namespace, name: track.label };
  return isGone(holder) ? { kind: "none", gone: true } : foreign([holder]);
}

function foreign(nodes: readonly Holder[]): Others {
  const owner = nodes.map(({ namespace, name }) => `LynqNode ${namespace}/${name}`).join(", ");
  return { kind: "some", claim: { kind: "foreign", owner, nodes } };
}

/** A node that is gone controls nothing any more. */
function isOurKind(kind: string, gone: boolean): boolean {
  return gone && kind === "LynqNode";
}

/** Whoever may write the object allows a node to take it: any ("true"), or the one named. */
function mayBeAdopted(annotations: Readonly<Record<string, string>> | undefined, { name }: Sharer): boolean {
  const allowed = annotations?.[ANNOTATION.adopt];
  return allowed === "true" || allowed === name;
}

function managers(object: KubeObject): string {
  const names = (object.metadata.managedFields ?? [])
    .filter((entry) => entry.subresource === undefined || entry.subresource === "")
    .map((entry) => entry.manager ?? "");
  const distinct = [...new Set(names)].filter((name) => name !== "");
  return distinct.length === 0 ? "somebody else" : distinct.map((name) => `"${name}"`).join(", ");
}

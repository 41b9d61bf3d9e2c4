import { claimsOf, sharedManager, sharerOf } from "../api/claimant.ts";
import { isFormer } from "../api/former.ts";
import { ANNOTATION, FIELD_MANAGER, LABEL, nameAsLabel } from "../api/labels.ts";
import type { Child, ChildClaim, NodeIdentity, Readiness } from "../api/stages.ts";
import { entryHash } from "../kube/fields.ts";
import type { KubeObject } from "../kube/object.ts";
import { ownFields } from "./own_fields.ts";
import { readinessOf } from "./readiness.ts";
import { writtenOver, writtenOverMark } from "./string_data.ts";

/** What the cache keeps of a child. `type` fills in apiVersion and kind, which list items and metadata lack. */
export function toChild(
  object: KubeObject,
  type: { apiVersion: string; kind: string },
  judged?: ReadonlyMap<string, Readiness>,
): Child {
  const { metadata } = object;
  const claims = childClaims(object);
  return {
    apiVersion: type.apiVersion,
    kind: type.kind,
    namespace: metadata.namespace ?? "",
    name: metadata.name ?? "",
    uid: metadata.uid ?? "",
    node: metadata.labels?.[LABEL.node] ?? "",
    nodeNamespace: metadata.labels?.[LABEL.nodeNamespace] ?? "",
    entry: entryOf(object, FIELD_MANAGER),
    readiness: readinessOf({ ...object, ...type }),
    deleting: metadata.deletionTimestamp !== undefined,
    deletionPolicy: retains(object, claims) ? "Retain" : "Delete",
    createdOnce: metadata.annotations?.[ANNOTATION.createdOnce] === "true",
    ...(claims.length === 0 ? {} : { claims }),
    ...(isFormer(object) ? { former: true as const } : {}),
    ...(judged === undefined ? {} : { judged }),
  };
}

/** A child as one node has to do with it: of a shared object its own part. */
export function childOfNode(child: Child, node: Pick<NodeIdentity, "uid">): Child {
  const own = ownClaim(child, node);
  return own === undefined ? child : { ...child, entry: own.entry, deletionPolicy: own.policy };
}

export function ownClaim(child: Child, node: Pick<NodeIdentity, "uid">): ChildClaim | undefined {
  return child.claims?.find((claim) => claim.uid === node.uid);
}

/** Whether the tracking labels name this node. */
export function isTracked(
  child: Pick<Child, "node" | "nodeNamespace">,
  node: Pick<NodeIdentity, "namespace" | "name">,
): boolean {
  return child.node === nameAsLabel(node.name) && child.nodeNamespace === node.namespace;
}

function retains(object: KubeObject, claims: readonly ChildClaim[]): boolean {
  return object.metadata.annotations?.[ANNOTATION.deletionPolicy] === "Retain" ||
    claims.some(({ policy }) => policy === "Retain");
}

/** By the claims, and by the managers whose claim somebody took off. */
function childClaims(object: KubeObject): ChildClaim[] {
  const claims = claimsOf(object.metadata.annotations).map(({ uid, namespace, name, policy }) => {
    return { uid, namespace, name, policy, entry: entryOf(object, sharedManager(uid)) };
  });
  const claimed = new Set(claims.map(({ uid }) => uid));
  const managers = (object.metadata.managedFields ?? []).flatMap(({ manager }) => sharerOf(manager) ?? []);
  const unclaimed = [...new Set(managers)].filter((uid) => !claimed.has(uid)).map((uid): ChildClaim => ({
    uid,
    namespace: "",
    name: "",
    policy: "Delete",
    entry: entryOf(object, sharedManager(uid)),
  }));
  return [...claims, ...unclaimed];
}

/** The fields that are a manager's by any strategy: apply leaves an Apply entry, merge and replace an Update entry. */
function entryOf(object: KubeObject, manager: string): string | undefined {
  const apply = entryHash(object, { manager, operation: "Apply" });
  const update = entryHash(object, { manager, operation: "Update" });
  const entry = update === undefined ? apply : `${apply ?? ""}+${update}`;
  if (entry === undefined) return undefined;
  const others = object.metadata.managedFields?.some((each) => each.manager !== manager);
  return others ? entry + writtenOverMark(writtenOver(object, ownFields(object, manager), manager)) : entry;
}

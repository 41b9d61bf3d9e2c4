import { FIELD_MANAGER, LABEL } from "./labels.ts";
import type { Resource } from "./resource.ts";
import type { NodeIdentity } from "./stages.ts";

/** Annotations `claim.lynq.sh/<UID of a LynqNode>` on a shared object, each owned by that node's field manager alone. */
export const CLAIM_PREFIX = "claim.lynq.sh/";

/** A node as it shares objects: with its row. */
export interface Sharer extends NodeIdentity {
  readonly spec: { readonly uid: string };
}

/** One node's claim on a shared object. */
export interface Claimant extends NodeIdentity {
  /** Row: shares with nodes of its row in its namespace. Any: with every node that says `sharing: Shared`. */
  readonly scope: "Row" | "Any";
  /** The row's uid. */
  readonly row: string;
  readonly policy: "Delete" | "Retain";
}

/** The field manager under which one node applies its part of shared objects. */
export function sharedManager(nodeUid: string): string {
  return `${FIELD_MANAGER}.${nodeUid}`;
}

/** The UID in a manager's name; undefined where it is no manager of a sharing node. */
export function sharerOf(manager: string | undefined): string | undefined {
  const prefix = `${FIELD_MANAGER}.`;
  return manager?.startsWith(prefix) === true ? manager.slice(prefix.length) : undefined;
}

/**
 * Whether several nodes may declare the object. Unless the form says it, only a Namespace is shared. Only server-side
 * apply keeps one node's fields apart from another's.
 */
export function isShared(
  policy: Pick<Resource, "sharing" | "patchStrategy">,
  of: { apiVersion: string; kind: string },
): boolean {
  if (policy.patchStrategy !== "apply") return false;
  if (policy.sharing !== undefined) return policy.sharing === "Shared";
  return of.apiVersion === "v1" && of.kind === "Namespace";
}

/** The claim of a node as annotation: `row Delete <namespace>/<name>/<uid of the row>`; none of a node that is not stored. */
export function claimAnnotation(
  node: Sharer,
  policy: Pick<Resource, "sharing" | "deletionPolicy">,
): Record<string, string> {
  if (node.uid === "") return {};
  const scope = policy.sharing === "Shared" ? "any" : "row";
  const text = `${scope} ${policy.deletionPolicy} ${node.namespace}/${node.name}/${node.spec.uid}`;
  return { [`${CLAIM_PREFIX}${node.uid}`]: text };
}

const CLAIM = /^(any|row) (Delete|Retain) ([^/]+)\/([^/]+)\/([^]*)$/;

/** Every claim that an object's annotations hold. What can't be read is a claim of an unknown node all the same. */
export function claimsOf(annotations: Readonly<Record<string, string>> | undefined): Claimant[] {
  return Object.entries(annotations ?? {}).flatMap(([key, text]) => {
    if (!key.startsWith(CLAIM_PREFIX)) return [];
    const [, scope, policy, namespace = "", name = "", row = ""] = CLAIM.exec(text) ?? [];
    return [{
      uid: key.slice(CLAIM_PREFIX.length),
      namespace,
      name,
      row,
      scope: scope === "any" ? "Any" as const : "Row" as const,
      policy: policy === "Retain" ? "Retain" as const : "Delete" as const,
    }];
  });
}

/** Whether a node with this policy may share with that claimant. */
export function mayShareWith(
  node: Sharer,
  policy: Pick<Resource, "sharing">,
  other: Claimant,
): boolean {
  if (policy.sharing === "Shared" && other.scope === "Any") return true;
  return other.namespace === node.namespace && other.row === node.spec.uid;
}

/** The tracking labels that an object carries, whose ever they are. */
export function tracker(
  labels: Readonly<Record<string, string>> | undefined,
): { namespace: string; label: string } | undefined {
  const label = labels?.[LABEL.node];
  return label === undefined ? undefined : { namespace: labels?.[LABEL.nodeNamespace] ?? "", label };
}

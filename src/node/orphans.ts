import type { ResourceRecord } from "../api/node.ts";
import { type ObjectKey, objectKeyText } from "../api/resource_key.ts";
import type { Child } from "../api/stages.ts";

/** A child that left the desired set, as record, as labelled object in the cache, or both. */
export interface Orphan {
  readonly id: string;
  readonly key: ObjectKey;
  readonly wave: number;
  readonly policy: "Delete" | "Retain";
  readonly record: ResourceRecord | undefined;
  readonly child: Child | undefined;
  /** Other nodes may have a claim on it. */
  readonly shared: boolean;
}

/** What to do about one orphan now. */
export type OrphanDecision =
  | { readonly kind: "delete"; readonly uid: string }
  | { readonly kind: "retain"; readonly uid: string }
  /**
   * Recorded as ours and not among the labelled objects: read by name, then decide. Without a UID it is not known whether
   * a write that failed made the object.
   */
  | { readonly kind: "look"; readonly uid: string | undefined; readonly policy: "Delete" | "Retain" }
  /** Its turn comes when what depended on it is gone. */
  | { readonly kind: "wait" };

/**
 * (recorded or labelled with this node) minus desired, without what never was ours. `keep` are the keys of the desired objects; `keepIds` the ids
 * whose key is not known in this pass, because they could not be rendered: their record stays.
 */
export function findOrphans(input: {
  records: readonly ResourceRecord[];
  children: Iterable<Child>;
  keep: ReadonlySet<string>;
  keepIds: ReadonlySet<string>;
}): Orphan[] {
  const orphans = new Map<string, Orphan>();
  const kept = new Set(input.keep);
  for (const record of input.records) {
    const key = keyOf(record);
    const text = objectKeyText(key);
    if (input.keepIds.has(record.id)) kept.add(text);
    if (kept.has(text)) continue;
    const policy = record.deletionPolicy ?? "Delete";
    const shared = record.shared === true;
    orphans.set(text, {
      id: record.id,
      key,
      wave: record.wave ?? 0,
      policy,
      record,
      child: undefined,
      shared,
    });
  }
  for (const child of input.children) {
    const text = objectKeyText(child);
    // Labels can be copied by hand; what no manager of ours or of the Go implementation wrote is not ours.
    const written = child.entry !== undefined || child.former === true;
    if (kept.has(text) || !written) continue;
    const known = orphans.get(text);
    orphans.set(text, known === undefined ? labelled(child) : joined(known, child));
  }
  return [...orphans.values()].filter(mayExist);
}

function labelled(child: Child): Orphan {
  const { name: id, deletionPolicy: policy } = child;
  return { id, key: child, wave: 0, policy, record: undefined, child, shared: child.claims !== undefined };
}

function joined(orphan: Orphan, child: Child): Orphan {
  return { ...orphan, child, shared: orphan.shared || child.claims !== undefined };
}

/** The key of a recorded object. */
export function keyOf(record: ResourceRecord): ObjectKey {
  return {
    apiVersion: record.apiVersion,
    kind: record.kind,
    namespace: record.namespace ?? "",
    name: record.name,
  };
}

/**
 * Decides about orphans in reverse dependency order: only the deepest wave of those to delete is acted on, and a
 * Namespace only when all in it that is to go is on its way. What is retained is let go last, so that until then it
 * protects the Namespace that it is in.
 */
export function decideOrphans(orphans: readonly Orphan[]): { orphan: Orphan; decision: OrphanDecision }[] {
  const toDelete = orphans.filter((orphan) => orphan.policy === "Delete");
  const inside = new Set(
    toDelete.filter(({ child }) => child?.deleting !== true).map(({ key }) => key.namespace),
  );
  const isOpen = (orphan: Orphan) => isNamespace(orphan) && inside.has(orphan.key.name);
  const deepest = Math.max(
    -1,
    ...toDelete.filter((orphan) => !isOpen(orphan)).map((orphan) => orphan.wave),
  );
  return orphans.map((orphan) => {
    const turn = orphan.policy === "Retain"
      ? toDelete.length === 0
      : orphan.wave >= deepest && !isOpen(orphan);
    return { orphan, decision: decideOrphan(orphan, turn) };
  });
}

export function isNamespace({ key }: Pick<Orphan, "key">): boolean {
  return key.apiVersion === "v1" && key.kind === "Namespace";
}

function decideOrphan(orphan: Orphan, turn: boolean): OrphanDecision {
  const { policy, child } = orphan;
  if (!turn) return { kind: "wait" };
  const uid = uidOf(orphan);
  if (uid === undefined || child?.uid !== uid) return { kind: "look", uid, policy };
  if (policy === "Retain") return { kind: "retain", uid };
  return child.deleting ? { kind: "wait" } : { kind: "delete", uid };
}

function uidOf(orphan: Orphan): string | undefined {
  return orphan.record?.uid ?? orphan.child?.uid;
}

/** It is known to be ours, or a write of it got no clear answer. What was not rendered has a record without a name. */
function mayExist(orphan: Orphan): boolean {
  if (orphan.key.name === "") return false;
  return uidOf(orphan) !== undefined || orphan.record?.reason === "ApplyFailed";
}

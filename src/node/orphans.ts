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
}

/** What to do about one orphan now. */
export type OrphanDecision =
  | { readonly kind: "delete"; readonly uid: string }
  | { readonly kind: "retain"; readonly uid: string }
  /** Recorded as ours and not among the labelled objects: read by name, then decide. */
  | { readonly kind: "look"; readonly uid: string; readonly policy: "Delete" | "Retain" }
  /** Its turn comes when what depended on it is gone. */
  | { readonly kind: "wait" }
  /** Never was ours: nothing to do but to forget it. */
  | { readonly kind: "forget" };

/**
 * (recorded or labelled with this node) minus desired. `keep` are the keys of the desired objects; `keepIds` the ids
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
    orphans.set(text, { id: record.id, key, wave: record.wave ?? 0, policy, record, child: undefined });
  }
  for (const child of input.children) {
    const text = objectKeyText(child);
    // Labels can be copied by hand; what our field manager never wrote is not ours.
    if (kept.has(text) || child.entry === undefined) continue;
    const known = orphans.get(text);
    orphans.set(
      text,
      known === undefined
        ? { id: child.name, key: child, wave: 0, policy: child.deletionPolicy, record: undefined, child }
        : { ...known, child },
    );
  }
  return [...orphans.values()];
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

/** Why a Namespace can't go: objects in it that must stay. */
export type NamespaceHolders = (namespace: string) => readonly string[];

/**
 * Decides about orphans in reverse dependency order: only the deepest wave of those to delete is acted on. What is
 * retained is let go last, so that until then it protects the Namespace that it is in.
 */
export function decideOrphans(
  orphans: readonly Orphan[],
  holders: NamespaceHolders,
): { orphan: Orphan; decision: OrphanDecision }[] {
  const judged = orphans.map((orphan) => ({ orphan, policy: effectivePolicy(orphan, holders) }));
  const toDelete = judged.filter(({ orphan, policy }) => policy === "Delete" && uidOf(orphan) !== undefined);
  const deepest = Math.max(-1, ...toDelete.map(({ orphan }) => orphan.wave));
  return judged.map(({ orphan, policy }) => ({ orphan, decision: decideOrphan(orphan, policy, deepest) }));
}

function effectivePolicy(orphan: Orphan, holders: NamespaceHolders): "Delete" | "Retain" {
  if (orphan.policy === "Retain" || !isNamespace(orphan)) return orphan.policy;
  return holders(orphan.key.name).length > 0 ? "Retain" : "Delete";
}

export function isNamespace({ key }: Orphan): boolean {
  return key.apiVersion === "v1" && key.kind === "Namespace";
}

function decideOrphan(orphan: Orphan, policy: "Delete" | "Retain", deepest: number): OrphanDecision {
  const uid = uidOf(orphan);
  if (uid === undefined) return { kind: "forget" };
  const turn = policy === "Retain" ? deepest < 0 : orphan.wave >= deepest;
  if (!turn) return { kind: "wait" };
  if (orphan.child?.uid !== uid) return { kind: "look", uid, policy };
  if (policy === "Retain") return { kind: "retain", uid };
  return orphan.child.deleting ? { kind: "wait" } : { kind: "delete", uid };
}

function uidOf(orphan: Orphan): string | undefined {
  return orphan.record?.uid ?? orphan.child?.uid;
}

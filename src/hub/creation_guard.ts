import { createHash } from "node:crypto";
import type { HubSpec, HubStatus } from "../api/hub.ts";
import { hashOf } from "../api/approval.ts";
import type { NodeChange } from "./plan.ts";

/** Nodes that wait for a person before they are made, because a wrong table could look the same. */
export interface HeldCreations {
  readonly reason: "SourceChanged" | "NoKnownRow";
  /** Rows that have no node yet. */
  readonly rows: number;
  /** Names of the nodes that are not made, sorted. */
  readonly nodes: readonly string[];
  /** Hash over the sorted names; an annotation with it approves them. */
  readonly hash: string;
}

export interface CreationInput {
  readonly changes: readonly NodeChange[];
  /** Every uid that the hub has a node of. */
  readonly known: ReadonlySet<string>;
  /** Every uid that was read, whatever its row says. */
  readonly read: ReadonlySet<string>;
  readonly guard: HubSpec["deletionGuard"];
  /** What the nodes were made from; undefined where that was never written down. */
  readonly source: HubStatus["source"];
  /** What was read now. */
  readonly identity: string;
  /** Deletions are held. */
  readonly deletionsHeld: boolean;
  /** The hash in the hub's annotation. */
  readonly annotation: string | undefined;
}

export interface GuardedCreations {
  readonly changes: readonly NodeChange[];
  readonly held: HeldCreations | undefined;
  /** A person says that what was read is right. */
  readonly approved: boolean;
}

/**
 * Holds the nodes of rows that have none yet while it is in doubt whether the right table was read: it is another one
 * than the hub's nodes were made from, or no row of the hub is left in it and their deletion waits for approval too. A hub
 * without nodes has nothing that could double.
 */
export function guardCreations(input: CreationInput): GuardedCreations {
  const { changes, known, guard, annotation } = input;
  const reason = doubt(input);
  if (guard?.enabled === false || known.size === 0 || reason === undefined) {
    return { changes, held: undefined, approved: false };
  }
  const fresh = changes.filter((change) => change.kind === "create" && !known.has(change.wanted.row.uid));
  const nodes = fresh.flatMap((change) => change.kind === "create" ? [change.wanted.name] : []).sort();
  const hash = hashOf(nodes);
  if (nodes.length === 0) return { changes, held: undefined, approved: false };
  if (annotation === hash) return { changes, held: undefined, approved: true };
  const stays = new Set(fresh);
  const uids = fresh.flatMap((change) => change.kind === "create" ? [change.wanted.row.uid] : []);
  return {
    changes: changes.filter((change) => !stays.has(change)),
    held: { reason, rows: new Set(uids).size, nodes, hash },
    approved: false,
  };
}

function doubt(
  { source, identity, known, read, deletionsHeld }: CreationInput,
): HeldCreations["reason"] | undefined {
  if (source !== undefined && source !== identity) return "SourceChanged";
  return deletionsHeld && [...known].every((uid) => !read.has(uid)) ? "NoKnownRow" : undefined;
}

/** Where a hub's rows come from, and which column names them: another one may be another set of rows. */
export function sourceIdentity({ source, valueMappings }: HubSpec): string {
  const { type, sqlite } = source;
  const server = type === "sqlite" ? undefined : source[type];
  const place = type === "sqlite"
    ? [sqlite?.path, sqlite?.table]
    : [server?.host, server?.port, server?.database, server?.table];
  const text = JSON.stringify([type, ...place, valueMappings.uid]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

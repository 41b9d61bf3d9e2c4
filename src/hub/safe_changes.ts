import { isDeepStrictEqual } from "node:util";
import type { DeletionLedger, HubStatus } from "../api/hub.ts";
import { ANNOTATION } from "../api/labels.ts";
import type { RowVerdict } from "../api/row.ts";
import type { StoredHub, StoredNode } from "../api/stored.ts";
import { guardCreations, type HeldCreations, sourceIdentity } from "./creation_guard.ts";
import {
  guardDeletions,
  type HeldDeletions,
  isGuarded,
  isRowsDoing,
  newlyUnapproved,
  type NodeDeletion,
  uidsOf,
} from "./deletion_guard.ts";
import { marksOf, wentAfter } from "./deletion_ledger.ts";
import { uidOf } from "./distinct_rows.ts";
import type { HubPlan, NodeChange } from "./plan.ts";
import { readRows } from "./read_rows.ts";
import type { HubWorld } from "./world.ts";

/** What waits for a person, and what the hub's status has to say of it. */
export interface Guards {
  readonly held: HeldDeletions | undefined;
  readonly creations: HeldCreations | undefined;
  readonly ledger: DeletionLedger | undefined;
  readonly source: HubStatus["source"];
}

/** The changes that may be carried out. */
export interface SafeChanges extends Guards {
  readonly changes: readonly NodeChange[];
}

export interface Planned {
  readonly hub: StoredHub;
  readonly plan: Pick<HubPlan, "changes">;
  readonly rows: readonly RowVerdict[];
  readonly nodes: readonly StoredNode[];
}

/**
 * Takes out of a plan what a wrong read could have caused: many deletions at once wait for approval, and so do the nodes
 * of a table that is another than before; a row that is gone or inactive must be so in a second read, over a new
 * connection, before its node goes. What goes without approval is in the hub's status before it goes, so that a restart
 * doesn't let it go again. Throws `SourceError` where that second read fails.
 */
export async function safeChanges(world: HubWorld, of: Planned, signal: AbortSignal): Promise<SafeChanges> {
  const { hub, plan, rows, nodes } = of;
  const { deletionGuard: guard } = hub.spec;
  const { deletions: before, source } = hub.status;
  const known = new Set(nodes.map((node) => node.spec.uid));
  const identity = sourceIdentity(hub.spec);
  const now = world.now();

  const deletions = guardDeletions({
    changes: plan.changes,
    uids: new Set(nodes.flatMap(({ deleting, spec }) => deleting ? [] : [spec.uid])),
    guard,
    annotation: hub.annotations[ANNOTATION.approveDeletions],
    ledger: before,
    now,
  });
  const creations = guardCreations({
    changes: deletions.changes,
    known,
    read: new Set(rows.map(uidOf)),
    guard,
    source,
    identity,
    deletionsHeld: deletions.held !== undefined,
    annotation: hub.annotations[ANNOTATION.approveCreations],
  });
  const changes = await confirmed(world, { hub, changes: creations.changes }, signal);

  const counted = changes.filter((change): change is NodeDeletion => isGuarded(change, guard));
  const { held, approved } = deletions;
  const fresh = guard?.enabled === false ? [] : newlyUnapproved(counted, { approved, ledger: before, now });
  const going = { rows: uidsOf(fresh).size, marks: marksOf(fresh.map(({ node }) => node)), now };
  const went = fresh.length === 0 ? before?.went : wentAfter(before, going);
  const ledger = withoutEmpty({
    went,
    held: held && { hash: held.hash, marks: held.marks },
    approved,
  });
  const sure = source === undefined || creations.approved ||
    held === undefined && creations.held === undefined;
  const guards = { held, creations: creations.held, ledger, source: sure ? identity : source };
  await writeAhead(world, { hub, guards, changes, counts: fresh.length > 0 }, signal);
  return { changes, ...guards };
}

function hasCreations(changes: readonly NodeChange[]): boolean {
  return changes.some(({ kind }) => kind === "create");
}

/** Without the deletions that a second read says nothing of. */
async function confirmed(
  world: HubWorld,
  { hub, changes }: { hub: StoredHub; changes: readonly NodeChange[] },
  signal: AbortSignal,
): Promise<readonly NodeChange[]> {
  if (!changes.some(isRowsDoing)) return changes;
  const second = (await readRows(world, hub, signal)).verdicts();
  const stays = new Set(second.filter(({ kind }) => kind !== "inactive").map(uidOf));
  return changes.filter((change) => !isRowsDoing(change) || !stays.has(change.node.spec.uid));
}

function withoutEmpty({ went, held, approved }: DeletionLedger): DeletionLedger | undefined {
  if (went === undefined && held === undefined && approved === undefined) return undefined;
  return {
    ...(went === undefined ? {} : { went }),
    ...(held === undefined ? {} : { held }),
    ...(approved === undefined ? {} : { approved }),
  };
}

interface Writing {
  readonly hub: StoredHub;
  readonly guards: Guards;
  readonly changes: readonly NodeChange[];
  /** Nodes go without approval. */
  readonly counts: boolean;
}

/** Writes down what must not be forgotten before anything is done that it tells of. */
async function writeAhead(world: HubWorld, of: Writing, signal: AbortSignal): Promise<void> {
  const { hub, guards: { ledger, source }, changes, counts } = of;
  const { status } = hub;
  const approval = !isDeepStrictEqual(ledger?.approved, status.deletions?.approved) && changes.length > 0;
  const moved = status.source !== undefined && status.source !== source && hasCreations(changes);
  if (!counts && !approval && !moved) return;
  const body = {
    metadata: { uid: hub.uid },
    status: { deletions: replaced(ledger), source: source ?? null },
  };
  const ref = { type: world.hubs.type, namespace: hub.namespace, name: hub.name };
  const options = { fieldManager: "lynq", subresource: "status" as const };
  world.hubs.observe(await world.client.patch(ref, { type: "merge", body }, options, signal));
}

/** As a merge patch says that what is not named is gone. */
export function replaced(ledger: DeletionLedger | undefined): Record<string, unknown> | null {
  return ledger === undefined ? null : { went: null, held: null, approved: null, ...ledger };
}

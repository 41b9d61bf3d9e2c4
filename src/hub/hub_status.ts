import { type ConditionInput, findCondition, mergeConditions } from "../api/conditions.ts";
import type { HubStatus } from "../api/hub.ts";
import { type PauseCause, pausedConditions } from "../api/pause.ts";
import { hasFailed } from "../api/rollout.ts";
import type { RowProblem } from "../api/row.ts";
import type { StoredForm, StoredHub, StoredNode } from "../api/stored.ts";
import type { SourceErrorCode } from "../source/port.ts";
import type { HeldCreations } from "./creation_guard.ts";
import type { HeldDeletions } from "./deletion_guard.ts";
import { heldConditions } from "./held_conditions.ts";
import type { Guards } from "./safe_changes.ts";

/** How the last read of the database went. */
export type SyncResult =
  | {
    readonly kind: "synced";
    /** Nodes that the rows ask of so many forms. */
    readonly desired: number;
    readonly forms: number;
    readonly problems: readonly RowProblem[];
    /** Deletions that wait for approval. */
    readonly held?: HeldDeletions | undefined;
    /** Nodes that wait for approval before they are made. */
    readonly creations?: HeldCreations | undefined;
  }
  | {
    readonly kind: "failed";
    readonly code: SourceErrorCode;
    readonly message: string;
    readonly remedy: string;
  }
  /** No read since the operator started; what the status says stays. */
  | { readonly kind: "none" };

const SAMPLE = 10;

/** The status of a hub: counts from its nodes, desired and conditions from the last read. */
export function hubStatus(
  hub: StoredHub,
  input: {
    sync: SyncResult;
    forms: readonly StoredForm[];
    nodes: readonly StoredNode[];
    now: string;
    /** What pauses the hub now. */
    paused?: readonly PauseCause[];
    /** What a read of this pass found; what the status says stays without it. */
    guards?: Pick<Guards, "ledger" | "source"> | undefined;
  },
): HubStatus {
  const { sync, paused = [] } = input;
  const { referencingTemplates, desired: told } = hub.status;
  const counted = sync.kind === "synced" ? sync : { desired: told, forms: referencingTemplates };
  const desired = desiredOf(counted, input.forms.length);
  const quarantined = sync.kind === "synced" ? sync.problems.length : hub.status.quarantined;
  const sample = sync.kind === "synced" ? sampleOf(sync.problems) : hub.status.quarantinedRows;
  const { source, ledger: deletions } = input.guards ??
    { source: hub.status.source, ledger: hub.status.deletions };
  const found = [
    ...syncConditions(sync, hub.status.conditions),
    ...pausedConditions(paused, { before: hub.status.conditions, effect: PAUSE_EFFECT }),
  ];
  const conditions = mergeConditions(hub.status.conditions ?? [], found, {
    now: input.now,
    generation: hub.generation,
  });
  return {
    observedGeneration: hub.generation,
    referencingTemplates: input.forms.length,
    ...(desired === undefined ? {} : { desired }),
    ready: input.nodes.filter((node) => readyStatus(node) === "True").length,
    failed: input.nodes.filter(hasFailed).length,
    ...(quarantined === undefined ? {} : { quarantined }),
    ...(sample === undefined ? {} : { quarantinedRows: sample }),
    ...(source === undefined ? {} : { source }),
    ...(deletions === undefined ? {} : { deletions }),
    conditions,
  };
}

/** What so many forms ask for, where it was counted for others: each asks for the same. */
function desiredOf(
  { desired, forms: counted = 0 }: { desired: number | undefined; forms: number | undefined },
  forms: number,
): number | undefined {
  return desired === undefined || counted === 0 || counted === forms
    ? desired
    : Math.floor(desired / counted) * forms;
}

const PAUSE_EFFECT = "the database is not read and no LynqNode or resource is written; deleting goes on";

/** The first ten problems as the status lists them; undefined where there is none. */
export function sampleOf(problems: readonly RowProblem[]): HubStatus["quarantinedRows"] {
  if (problems.length === 0) return undefined;
  return problems.slice(0, SAMPLE).map(({ uid, reason, message }) => ({
    uid: describeUid(uid),
    reason,
    message,
  }));
}

function readyStatus(node: StoredNode): string | undefined {
  return findCondition(node.status.conditions, "Ready")?.status;
}

function syncConditions(sync: SyncResult, before: HubStatus["conditions"]): ConditionInput[] {
  if (sync.kind === "none") return [];
  if (sync.kind === "failed") {
    const cause = `${sync.message}. ${sync.remedy.charAt(0).toUpperCase()}${sync.remedy.slice(1)}`;
    const message = `Failed to connect to database or query node data: ${cause}`;
    return [
      { type: "Ready", status: "False", reason: "DatabaseConnectionFailed", message },
      {
        type: "SourceAvailable",
        status: "False",
        reason: sync.code,
        message: cause,
      },
    ];
  }
  return [
    {
      type: "Ready",
      status: "True",
      reason: "DatabaseConnected",
      message: "Successfully connected to database and queried node data",
    },
    { type: "SourceAvailable", status: "True", reason: "Read", message: "The last read was complete" },
    rowsCondition(sync.problems),
    ...heldConditions(sync, before),
  ];
}

function rowsCondition(problems: readonly RowProblem[]): ConditionInput {
  if (problems.length === 0) {
    return {
      type: "RowsAccepted",
      status: "True",
      reason: "AllAccepted",
      message: "Every row can be provisioned",
    };
  }
  const sample = problems.slice(0, SAMPLE).map((p) => `${describeUid(p.uid)}: ${p.message}`).join("; ");
  const more = problems.length > SAMPLE ? ` (and ${problems.length - SAMPLE} more)` : "";
  const reason = problems[0]?.reason ?? "Quarantined";
  const message = `${problems.length} rows are left as they are: ${sample}${more}`;
  return { type: "RowsAccepted", status: "False", reason, message };
}

/** A uid as messages show it: quoted, escaped and cut. */
export function describeUid(uid: string): string {
  return JSON.stringify(uid.length > 40 ? `${uid.slice(0, 40)}...` : uid);
}

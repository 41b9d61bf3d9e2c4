import { type ConditionInput, findCondition } from "../api/conditions.ts";
import { ANNOTATION } from "../api/labels.ts";
import type { Condition } from "../api/primitives.ts";
import type { HeldCreations } from "./creation_guard.ts";
import type { HeldDeletions } from "./deletion_guard.ts";

const SAMPLE = 10;

/** What waits for a person. That no creation waits is said only where one did before. */
export function heldConditions(
  { held, creations }: { held?: HeldDeletions | undefined; creations?: HeldCreations | undefined },
  before: readonly Condition[] | undefined,
): ConditionInput[] {
  const silent = creations === undefined && findCondition(before, "CreationHeld") === undefined;
  return [deletionHeld(held), ...(silent ? [] : [creationHeld(creations)])];
}

function deletionHeld(held: HeldDeletions | undefined): ConditionInput {
  return held === undefined
    ? {
      type: "DeletionHeld",
      status: "False",
      reason: "NothingHeld",
      message: "No deletion waits for approval",
    }
    : { type: "DeletionHeld", status: "True", reason: "ManyRowsGone", message: describeHeld(held) };
}

function creationHeld(held: HeldCreations | undefined): ConditionInput {
  return held === undefined
    ? {
      type: "CreationHeld",
      status: "False",
      reason: "NothingHeld",
      message: "No creation waits for approval",
    }
    : { type: "CreationHeld", status: "True", reason: held.reason, message: describeHeldCreations(held) };
}

/** What is held, and how it goes on. */
export function describeHeld({ causes, of, nodes, hash, spent }: HeldDeletions): string {
  const { RowGone: gone, RowInactive: inactive, FormGone: form } = causes;
  const parts = [
    ...(gone === undefined ? [] : [`${gone} of ${of} rows are gone`]),
    ...(inactive === undefined ? [] : [`${inactive} of ${of} rows are inactive`]),
    ...(form === undefined ? [] : [`the form of ${form} of ${of} rows was deleted`]),
  ];
  const again = spent ? " (it has that value from an earlier approval: remove it first)" : "";
  return `${parts.join(", ")}; their nodes stay: ${sampleOf(nodes)}. If that is meant, approve it with the ` +
    `annotation ${ANNOTATION.approveDeletions}=${hash} on this hub${again}; it ends by itself when the rows come back`;
}

const WHY: Readonly<Record<HeldCreations["reason"], string>> = {
  SourceChanged:
    "the rows come from another host, database, table or uid column than those of the hub's nodes",
  NoKnownRow: "no row of the hub's nodes is left in the table",
};

export function describeHeldCreations({ reason, rows, nodes, hash }: HeldCreations): string {
  return `${rows} new rows get no node yet, since ${WHY[reason]}: ${
    sampleOf(nodes)
  }. If that is meant, approve it with ` +
    `the annotation ${ANNOTATION.approveCreations}=${hash} on this hub; it ends by itself when the hub reads its rows ` +
    "again";
}

function sampleOf(nodes: readonly string[]): string {
  const more = nodes.length > SAMPLE ? ` and ${nodes.length - SAMPLE} more` : "";
  return `${nodes.slice(0, SAMPLE).join(", ")}${more}`;
}

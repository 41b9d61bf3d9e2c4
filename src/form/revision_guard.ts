import { hashOf, markOf, marksIn, marksOf } from "../api/approval.ts";
import { type ConditionInput, findCondition } from "../api/conditions.ts";
import type { FormSpec, FormStatus } from "../api/form.ts";
import { ANNOTATION } from "../api/labels.ts";
import type { Condition } from "../api/primitives.ts";
import type { RevisionDeletion } from "./world.ts";

/** A revision that waits for a person, because many nodes would lose objects to it. */
export interface HeldRevision {
  readonly revision: string;
  /** Nodes that would lose objects, and all of the form. */
  readonly nodes: number;
  readonly of: number;
  /** The objects, a line each, sorted. */
  readonly lines: readonly string[];
  readonly hash: string;
  readonly marks: string;
}

export interface RevisionGuardInput {
  readonly guard: FormSpec["deletionGuard"];
  readonly revision: string;
  readonly generation: number;
  readonly deletions: readonly RevisionDeletion[];
  /** Nodes of the form. */
  readonly of: number;
  /** The hash in the form's annotation. */
  readonly annotation: string | undefined;
  /** What was told to be held before. */
  readonly told: FormStatus["deletions"];
}

/**
 * Holds a revision that would delete objects of many nodes: of more than `maxPercent` and more than `minCount` of them,
 * or of all of two or more. An approval is of this generation, and of any part of what it was told to delete.
 */
export function guardRevision(input: RevisionGuardInput): HeldRevision | undefined {
  const { guard, revision, generation, deletions, of, annotation, told } = input;
  if (guard === undefined || !guard.enabled) return undefined;
  const lines = deletions.map(({ line }) => line).sort();
  const scope = `${revision} ${generation}`;
  const hash = hashOf([scope, ...lines]);
  const texts = lines.map((line) => `${scope} ${line}`);
  const approved = annotation === hash ? new Set(texts.map(markOf)) : approvedBefore(annotation, told);
  const open = deletions.filter(({ line }) => !approved.has(markOf(`${scope} ${line}`)));
  const nodes = new Set(open.map(({ node }) => node)).size;
  const many = nodes === of || nodes > guard.minCount && nodes * 100 > of * guard.maxPercent;
  if (nodes <= 1 || !many) return undefined;
  return { revision, nodes, of, lines, hash, marks: marksOf(texts) };
}

function approvedBefore(annotation: string | undefined, told: FormStatus["deletions"]): Set<string> {
  return annotation !== undefined && annotation === told?.hash ? marksIn(told.marks) : new Set();
}

const SAMPLE = 10;

export function describeHeldRevision({ revision, nodes, of, lines, hash }: HeldRevision): string {
  const more = lines.length > SAMPLE ? ` and ${lines.length - SAMPLE} more` : "";
  return `Revision ${revision} would delete ${lines.length} objects of ${nodes} of ${of} nodes, which stay as they are: ` +
    `${lines.slice(0, SAMPLE).join(", ")}${more}. If that is meant, approve it with the annotation ` +
    `${ANNOTATION.approveDeletions}=${hash} on this form; it ends by itself with a form that keeps them`;
}

/** That nothing is held is said only where something was before. */
export function heldRevisionConditions(
  held: HeldRevision | undefined,
  before: readonly Condition[] | undefined,
): ConditionInput[] {
  if (held !== undefined) {
    const message = describeHeldRevision(held);
    return [{ type: "DeletionHeld", status: "True", reason: "RevisionDeletes", message }];
  }
  if (findCondition(before, "DeletionHeld") === undefined) return [];
  const message = "No deletion waits for approval";
  return [{ type: "DeletionHeld", status: "False", reason: "NothingHeld", message }];
}

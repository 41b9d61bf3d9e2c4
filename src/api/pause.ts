import { z } from "zod";
import { type ConditionInput, findCondition } from "./conditions.ts";
import { ANNOTATION } from "./labels.ts";
import { type Condition, dateTime } from "./primitives.ts";

/** The two fields by which hub, form and node are paused; the annotation `lynq.sh/paused` does the same. */
export const pause = {
  paused: z.boolean().optional().meta({ description: "Nothing is written while this is true." }),
  pausedUntil: dateTime.optional().meta({ description: "Nothing is written before this time." }),
};

/** An object that can be paused. */
export interface Pausable {
  readonly spec: { readonly paused?: boolean | undefined; readonly pausedUntil?: string | undefined };
  readonly annotations: Readonly<Record<string, string>>;
}

/** Whether something is paused now; `untilMs` is the end in milliseconds since the epoch, where there is one. */
export type Pause =
  | { readonly kind: "running" }
  | { readonly kind: "paused"; readonly by: string; readonly untilMs: number | undefined };

const RUNNING: Pause = { kind: "running" };

/**
 * Reads `spec.paused`, `spec.pausedUntil` and the annotation of one object at a time. An annotation that is neither
 * "true", "false" nor a time pauses: whoever wrote it meant to stop something. Of two times the later one ends it.
 */
export function pauseOf({ spec, annotations }: Pausable, now: Date): Pause {
  if (spec.paused === true) return { kind: "paused", by: "spec.paused", untilMs: undefined };
  const text = annotations[ANNOTATION.paused] ?? "";
  const annotated = text === "" || text === "false" ? 0 : timeOf(text);
  const until = Date.parse(spec.pausedUntil ?? "");
  if (annotated > now.getTime() && !(until > annotated)) {
    const untilMs = annotated === Infinity ? undefined : annotated;
    return { kind: "paused", by: ANNOTATION.paused, untilMs };
  }
  return until > now.getTime() ? { kind: "paused", by: "spec.pausedUntil", untilMs: until } : RUNNING;
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** `Date.parse` alone would take "1" for a month of 2001, and a time without zone for the machine's own. */
function timeOf(text: string): number {
  const time = RFC_3339.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? Infinity : time;
}

/** Why something is paused, for its condition. */
export type PauseReason = "Paused" | "PausedByRow" | "PausedByForm" | "PausedByHub";

/** One of the things that pause an object. */
export interface PauseCause {
  readonly reason: PauseReason;
  /** What says so, as messages name it: `spec.paused of LynqHub tenants`. */
  readonly by: string;
  readonly untilMs: number | undefined;
}

type Named = Pausable & { readonly name: string };

/** An object and those above it that pause it too. */
export interface PauseChain {
  readonly hub?: Named | undefined;
  readonly form?: Named | undefined;
  readonly node?: Named | undefined;
}

/**
 * All that pauses the lowest object of the chain now; empty when it runs. Nothing of it is to be written by the
 * controllers then, but it may be deleted.
 */
export function pausesOf({ hub, form, node }: PauseChain, now: Date): PauseCause[] {
  const lowest = node ?? form ?? hub;
  const cause = (object: Named | undefined, kind: string, reason: PauseReason): PauseCause[] => {
    const pause = object === undefined ? RUNNING : pauseOf(object, now);
    if (object === undefined || pause.kind === "running") return [];
    const own = object === lowest;
    const row = own && isPausedByRow(object) && pause.by === "spec.paused";
    return [{
      reason: row ? "PausedByRow" : own ? "Paused" : reason,
      by: row ? "the pause column of its row" : `${pause.by} of ${kind} ${object.name}`,
      untilMs: pause.untilMs,
    }];
  };
  return [
    ...cause(hub, "LynqHub", "PausedByHub"),
    ...cause(form, "LynqForm", "PausedByForm"),
    ...cause(node, "LynqNode", "Paused"),
  ];
}

/** Whether a node's `spec.paused` was written by the hub controller for its row. */
export function isPausedByRow({ spec, annotations }: Pausable): boolean {
  return spec.paused === true && annotations[ANNOTATION.pausedBy] === BY_ROW;
}

/** Whether something else than its row pauses a node: the hub then leaves it as it is. */
export function isPausedByHand(node: Pausable, now: Date): boolean {
  const { spec, annotations } = node;
  const own = isPausedByRow(node) ? { spec: { ...spec, paused: false }, annotations } : node;
  return pauseOf(own, now).kind === "paused";
}

/** The value of `lynq.sh/paused-by`. */
export const BY_ROW = "row";

/** Milliseconds until the first of these pauses ends by itself; undefined where none does. */
export function nextEnd(causes: readonly PauseCause[], now: Date): number | undefined {
  const ends = causes.flatMap(({ untilMs }) => untilMs === undefined ? [] : [untilMs - now.getTime()]);
  return ends.length === 0 ? undefined : Math.max(0, Math.min(...ends));
}

/** The condition of an object that is paused, or was; none for one that never was. `effect` says what that means. */
export function pausedConditions(
  causes: readonly PauseCause[],
  of: { readonly before: readonly Condition[] | undefined; readonly effect: string },
): ConditionInput[] {
  const [first] = causes;
  if (first !== undefined) {
    const by = causes.map(({ by, untilMs }) =>
      untilMs === undefined ? by : `${by} until ${instant(untilMs)}`
    );
    return [{
      type: "Paused",
      status: "True",
      reason: first.reason,
      message: `Paused by ${by.join(", and by ")}: ${of.effect}`,
    }];
  }
  if (findCondition(of.before, "Paused") === undefined) return [];
  return [{ type: "Paused", status: "False", reason: "Running", message: "Not paused" }];
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace(/\.000Z$/, "Z");
}

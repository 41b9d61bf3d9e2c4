import { z } from "zod";
import { ANNOTATION } from "./labels.ts";
import { dateTime } from "./primitives.ts";

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
 * "true", "false" nor a time pauses: whoever wrote it meant to stop something.
 */
export function pauseOf({ spec, annotations }: Pausable, now: Date): Pause {
  if (spec.paused === true) return { kind: "paused", by: "spec.paused", untilMs: undefined };
  const text = annotations[ANNOTATION.paused];
  if (text !== undefined && text !== "false" && text !== "") {
    const until = Date.parse(text);
    if (Number.isNaN(until)) return { kind: "paused", by: ANNOTATION.paused, untilMs: undefined };
    if (until > now.getTime()) return { kind: "paused", by: ANNOTATION.paused, untilMs: until };
  }
  const until = Date.parse(spec.pausedUntil ?? "");
  return until > now.getTime() ? { kind: "paused", by: "spec.pausedUntil", untilMs: until } : RUNNING;
}

import type { OpenedValues } from "../api/sensitive.ts";
import type { EventRecorder } from "../telemetry/events.ts";

/** What stands in place of a sensitive value. */
const REDACTED = "[sensitive]";

/** A shorter value could be a part of any word. */
const SHORTEST = 4;

/** Keeps the sensitive values of one pass out of what it tells: paths of fields may hold some, as keys of lists. */
export interface Redaction {
  readonly events: EventRecorder;
  /** From now on these are left out. */
  learn(opened: OpenedValues): void;
  text(message: string): string;
}

export function redaction(events: EventRecorder): Redaction {
  let values: readonly string[] = [];
  const text = (message: string) => values.reduce((left, value) => left.replaceAll(value, REDACTED), message);
  return {
    events: { record: (event) => events.record({ ...event, message: text(event.message) }) },
    learn: (opened) => {
      values = Object.values(opened.values).filter(({ length }) => length >= SHORTEST)
        .sort((a, b) => b.length - a.length);
    },
    text,
  };
}

import type { EventInput, EventRecorder } from "./events.ts";

/** Keeps what was recorded. For tests. */
export class RecordingEvents implements EventRecorder {
  readonly events: EventInput[] = [];

  record(event: EventInput): void {
    this.events.push(event);
  }
}

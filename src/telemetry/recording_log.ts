import type { Log, LogFields } from "./log.ts";

export interface LogEntry {
  readonly level: "debug" | "info" | "error";
  readonly msg: string;
  readonly fields: LogFields;
}

/** Keeps what was logged, with the fields of `with` merged in. For tests. */
export class RecordingLog implements Log {
  readonly entries: LogEntry[];
  readonly #fields: LogFields;

  constructor(entries: LogEntry[] = [], fields: LogFields = {}) {
    this.entries = entries;
    this.#fields = fields;
  }

  debug(msg: string, fields: LogFields = {}): void {
    this.#add("debug", msg, fields);
  }

  info(msg: string, fields: LogFields = {}): void {
    this.#add("info", msg, fields);
  }

  error(msg: string, fields: LogFields = {}): void {
    this.#add("error", msg, fields);
  }

  with(fields: LogFields): Log {
    return new RecordingLog(this.entries, { ...this.#fields, ...fields });
  }

  #add(level: LogEntry["level"], msg: string, fields: LogFields): void {
    this.entries.push({ level, msg, fields: { ...this.#fields, ...fields } });
  }
}

// @ts-types="pino"
import pino from "pino/browser.js";
import { consoleLine } from "./console_line.ts";
import { errorText, redact, redactText } from "./redact.ts";

/** Names and values of one line. Values may be anything; secrets among them are replaced. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where code says what it does. Every method returns at once and never throws. */
export interface Log {
  debug(msg: string, fields?: LogFields): void;
  info(msg: string, fields?: LogFields): void;
  /** `fields.error` may be anything thrown: its text is written as `error`, its stack as `stacktrace`. */
  error(msg: string, fields?: LogFields): void;
  /** The same log with fields on every line. A `logger` below another one is joined by a dot. */
  with(fields: LogFields): Log;
}

/** "silent" writes nothing. */
export type LogLevel = "debug" | "info" | "error" | "silent";
export type TimeEncoding = "rfc3339" | "epoch" | "millis" | "nano";

export interface LogOptions {
  readonly level: LogLevel;
  readonly encoder: "json" | "console";
  readonly timeEncoding: TimeEncoding;
  /** Stacks are written from this level on; "none" never. */
  readonly stacktraceLevel: "debug" | "info" | "error" | "none";
  /** Takes one line with its newline; standard error unless told. */
  readonly write?: ((line: string) => void) | undefined;
  readonly now?: (() => Date) | undefined;
}

export const PRODUCTION_LOG: LogOptions = {
  level: "info",
  encoder: "json",
  timeEncoding: "rfc3339",
  stacktraceLevel: "error",
};

/** Writes nothing. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  error: () => {},
  with: () => silentLog,
};

const SEVERITY = { debug: 0, info: 1, error: 2, none: 3 } as const;
type Severity = "debug" | "info" | "error";

/**
 * A log of lines in the shape of a Go operator: `level`, `ts`, `logger`, `msg`, then the fields.
 *
 * The browser build of pino is used because its Node build reads the environment and the host's name while it is loaded,
 * which the operator has no permission for. pino keeps levels and bindings; redaction is by key at any depth,
 * where pino's own needs each path spelled out.
 */
export function createLog(options: LogOptions = PRODUCTION_LOG): Log {
  const write = options.write ?? writeToStderr;
  const now = options.now ?? (() => new Date());
  const encode = options.encoder === "console" ? consoleLine : jsonLine;
  const backend = pino({
    level: options.level,
    timestamp: false,
    browser: {
      formatters: {
        level: (level: string) => ({ level, ts: encodeTime(now(), options.timeEncoding) }),
      },
      write: (entry: object) => write(`${encode({ ...entry })}\n`),
    },
  });
  return new PinoLog(backend, { logger: "", stacktraceLevel: options.stacktraceLevel });
}

interface PinoLogState {
  readonly logger: string;
  readonly stacktraceLevel: LogOptions["stacktraceLevel"];
}

class PinoLog implements Log {
  readonly #backend: pino.Logger;
  readonly #state: PinoLogState;

  constructor(backend: pino.Logger, state: PinoLogState) {
    this.#backend = backend;
    this.#state = state;
  }

  debug(msg: string, fields: LogFields = {}): void {
    if (this.#backend.isLevelEnabled("debug")) {
      this.#backend.debug(this.#prepare("debug", fields), redactText(msg));
    }
  }

  info(msg: string, fields: LogFields = {}): void {
    if (this.#backend.isLevelEnabled("info")) {
      this.#backend.info(this.#prepare("info", fields), redactText(msg));
    }
  }

  error(msg: string, fields: LogFields = {}): void {
    if (this.#backend.isLevelEnabled("error")) {
      this.#backend.error(this.#prepare("error", fields), redactText(msg));
    }
  }

  with(fields: LogFields): Log {
    const { logger: named, ...rest } = fields;
    const logger = [this.#state.logger, named]
      .filter((part): part is string => typeof part === "string" && part !== "")
      .join(".");
    const bindings = safeFields({ ...(logger === "" ? {} : { logger }), ...rest });
    return new PinoLog(this.#backend.child(bindings), { ...this.#state, logger });
  }

  #prepare(level: Severity, fields: LogFields): Record<string, unknown> {
    const safe = safeFields(fields);
    if (!("error" in fields)) return safe;
    safe["error"] = errorText(fields["error"]);
    const stack = fields["error"] instanceof Error ? fields["error"].stack : undefined;
    if (stack !== undefined && SEVERITY[level] >= SEVERITY[this.#state.stacktraceLevel]) {
      safe["stacktrace"] = redactText(stack);
    }
    return safe;
  }
}

/** The keys that every line has of its own; a field of that name is written with an underscore behind it. */
const OWN_KEYS: ReadonlySet<string> = new Set(["level", "ts", "msg"]);

function safeFields(fields: LogFields): Record<string, unknown> {
  const safe = redact(fields) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(safe).map(([key, value]) => [OWN_KEYS.has(key) ? `${key}_` : key, value]),
  );
}

function jsonLine(entry: Record<string, unknown>): string {
  const { level, ts, logger, msg, ...fields } = entry;
  return JSON.stringify({ level, ts, ...(logger === undefined ? {} : { logger }), msg, ...fields });
}

function encodeTime(at: Date, encoding: TimeEncoding): string | number {
  switch (encoding) {
    case "rfc3339":
      return at.toISOString();
    case "epoch":
      return at.getTime() / 1_000;
    case "millis":
      return at.getTime();
    case "nano":
      return at.getTime() * 1_000_000;
  }
}

/** Blocking, so that the last line before an exit is not lost; a closed standard error loses the line, never the process. */
function writeToStderr(line: string): void {
  let bytes = new TextEncoder().encode(line);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(Deno.stderr.writeSync(bytes));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.BadResource)) throw error;
  }
}

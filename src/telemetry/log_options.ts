import { type LogLevel, type LogOptions, PRODUCTION_LOG, type TimeEncoding } from "./log.ts";

/** The logging flags as given on the command line; unset is the default. */
export interface ZapFlags {
  readonly zapDevel?: boolean | undefined;
  readonly zapEncoder?: string | undefined;
  readonly zapLogLevel?: string | undefined;
  readonly zapStacktraceLevel?: string | undefined;
  readonly zapTimeEncoding?: string | undefined;
}

/** A logging flag has a value that it does not take. */
export class LogFlagError extends Error {
  override readonly name = "LogFlagError";
  readonly flag: string;
  readonly value: string;

  constructor(flag: string, value: string, takes: string) {
    super(`--${flag}=${value}: takes ${takes}`);
    this.flag = flag;
    this.value = value;
  }
}

/**
 * The flags' meaning in controller-runtime: production writes JSON from "info" on, `--zap-devel` text from "debug" on.
 * A level may be a number above 0 (more verbose); there is one such level here, "debug". Throws `LogFlagError`.
 */
export function parseLogOptions(flags: ZapFlags): LogOptions {
  const devel = flags.zapDevel ?? false;
  return {
    level: parseLevel(flags.zapLogLevel) ?? (devel ? "debug" : PRODUCTION_LOG.level),
    encoder: parseEncoder(flags.zapEncoder) ?? (devel ? "console" : PRODUCTION_LOG.encoder),
    timeEncoding: parseTimeEncoding(flags.zapTimeEncoding) ?? PRODUCTION_LOG.timeEncoding,
    stacktraceLevel: parseStacktraceLevel(flags.zapStacktraceLevel) ?? PRODUCTION_LOG.stacktraceLevel,
  };
}

const LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ["debug", "debug"],
  ["info", "info"],
  ["error", "error"],
  ["panic", "silent"],
]);

function parseLevel(text: string | undefined): LogLevel | undefined {
  if (text === undefined) return undefined;
  const level = LEVELS.get(text.toLowerCase());
  if (level !== undefined) return level;
  if (/^[0-9]{1,3}$/.test(text) && Number(text) > 0) return "debug";
  throw new LogFlagError("zap-log-level", text, "debug, info, error, panic or a number from 1 to 999");
}

function parseEncoder(text: string | undefined): LogOptions["encoder"] | undefined {
  if (text === undefined || text === "json" || text === "console") return text;
  throw new LogFlagError("zap-encoder", text, "json or console");
}

const STACKTRACE_LEVELS: ReadonlyMap<string, LogOptions["stacktraceLevel"]> = new Map([
  ["info", "info"],
  ["error", "error"],
  ["panic", "none"],
]);

function parseStacktraceLevel(text: string | undefined): LogOptions["stacktraceLevel"] | undefined {
  if (text === undefined) return undefined;
  const level = STACKTRACE_LEVELS.get(text.toLowerCase());
  if (level !== undefined) return level;
  throw new LogFlagError("zap-stacktrace-level", text, "info, error or panic");
}

const TIME_ENCODINGS: ReadonlyMap<string, TimeEncoding> = new Map([
  ["rfc3339", "rfc3339"],
  ["rfc3339nano", "rfc3339"],
  ["iso8601", "rfc3339"],
  ["epoch", "epoch"],
  ["millis", "millis"],
  ["nano", "nano"],
]);

function parseTimeEncoding(text: string | undefined): TimeEncoding | undefined {
  if (text === undefined) return undefined;
  const encoding = TIME_ENCODINGS.get(text.toLowerCase());
  if (encoding !== undefined) return encoding;
  throw new LogFlagError("zap-time-encoding", text, "rfc3339, rfc3339nano, iso8601, epoch, millis or nano");
}

import { SourceError, type SourceErrorCode } from "./port.ts";
import { type Failure, sourceError, stringField, systemFailure } from "./server_error.ts";

/** How far a connection has come: tells what an error without any code means. */
export type PostgresPhase = "dialing" | "greeting" | "securing" | "authenticating" | "established";

/** SQLSTATE, or its class (first two characters), in the codes of appendix A of PostgreSQL's manual. */
const STATES: Readonly<Record<string, SourceErrorCode>> = {
  "08": "ConnectionLost",
  "28": "AuthenticationFailed",
  "3D000": "DatabaseNotFound",
  "3F000": "TableNotFound", // schema
  "42501": "AccessDenied",
  "42703": "ColumnNotFound",
  "42809": "TableNotFound", // an index or sequence
  "42P01": "TableNotFound",
  "22021": "InvalidValue", // not in repertoire
  "22P05": "InvalidValue", // untranslatable character
  "53300": "ConnectionRefused", // too many connections
  "55P03": "QueryTimeout", // lock not available
  "57014": "QueryTimeout", // statement_timeout
  "57P01": "ConnectionLost", // shutdown or terminated
  "57P02": "ConnectionLost", // crash
  "57P03": "ConnectionRefused", // starting up
  "57P05": "ConnectionLost", // idle too long
};

/** What an error without SQLSTATE and system code means: the driver has none for a socket that ended. */
const PHASES: Readonly<Record<PostgresPhase, SourceErrorCode>> = {
  dialing: "ConnectionRefused",
  greeting: "ConnectionLost",
  securing: "TlsFailed",
  authenticating: "AuthenticationFailed",
  established: "ConnectionLost",
};

/** Any failure of the driver as `SourceError`. The server's text is left out: it can hold values. */
export function postgresError(title: string, phase: PostgresPhase, cause: unknown): SourceError {
  return cause instanceof SourceError ? cause : sourceError(title, failureOf(phase, cause));
}

function failureOf(phase: PostgresPhase, cause: unknown): Failure {
  const state = stringField(cause, "code");
  if (state !== undefined && stringField(cause, "severity") !== undefined) {
    const code = STATES[state] ?? STATES[state.slice(0, 2)] ?? "QueryFailed";
    return { code, detail: `SQLSTATE ${state}` };
  }
  return systemFailure(cause) ?? { code: PHASES[phase], detail: state };
}

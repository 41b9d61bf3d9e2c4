import type { ServerConfig } from "./config.ts";
import { SourceError, type SourceErrorCode } from "./port.ts";

/** Codes of the operating system and the resolver, the same for every driver. */
const SYSTEM_CODES: Readonly<Record<string, SourceErrorCode>> = {
  ECONNREFUSED: "ConnectionRefused",
  EHOSTUNREACH: "ConnectionRefused",
  ENETUNREACH: "ConnectionRefused",
  EACCES: "ConnectionRefused",
  EADDRNOTAVAIL: "ConnectionRefused",
  ENOTFOUND: "UnknownHost",
  EAI_AGAIN: "UnknownHost",
  EAI_NODATA: "UnknownHost",
  ETIMEDOUT: "ConnectTimeout",
  ECONNRESET: "ConnectionLost",
  ECONNABORTED: "ConnectionLost",
  EPIPE: "ConnectionLost",
};

const REMEDIES: Readonly<Record<SourceErrorCode, string>> = {
  ConnectionRefused:
    "check host and port, that the server runs and has free connections, and network policies",
  UnknownHost: "check the host name; inside a cluster use name.namespace.svc",
  ConnectTimeout: "check host, port and network policies; the address does not answer",
  AuthenticationFailed:
    "check the user name and the Secret that passwordRef names, and from where this user may connect",
  AccessDenied:
    "grant this user SELECT on the table or view, and the network access that the operator was given",
  TlsFailed:
    "check tls.mode against what the server offers, and that caRef holds the authority of its certificate",
  DatabaseNotFound: "check the database name, and that this user may see it",
  TableNotFound: "check the table name, and that this user may see it",
  ColumnNotFound: "check the mapped column names, and those that the view itself uses",
  QueryTimeout: "index or simplify the table or view, look for locks on it, or raise the query deadline",
  ConnectionLost: "nothing was changed; the next sync reads again. Look at the server's log if it stays",
  InvalidConfig: "correct the source's settings",
  InvalidValue: "store text in UTF-8, or map a view that converts the value",
  TooLarge: "map fewer columns or a view of fewer rows",
  QueryFailed: "run the SELECT over the mapped columns by hand, as this user, and look at the server's log",
  Aborted: "nothing to do: the read was cancelled, the next sync reads again",
};

/** What was observed of a failure. Codes only: the texts of servers can hold row values. */
export interface Failure {
  readonly code: SourceErrorCode;
  /** The driver's or server's own identifier, such as `ER_NO_SUCH_TABLE 1146` or `SQLSTATE 42P01`. */
  readonly detail: string | undefined;
}

const SENTENCES: Readonly<Record<SourceErrorCode, string>> = {
  ConnectionRefused: "the connection was refused",
  UnknownHost: "the host name is unknown",
  ConnectTimeout: "the connection timed out",
  AuthenticationFailed: "the server refused user and password",
  AccessDenied: "access is denied",
  TlsFailed: "no trusted TLS connection could be made",
  DatabaseNotFound: "the database does not exist",
  TableNotFound: "the table or view does not exist",
  ColumnNotFound: "a column does not exist",
  QueryTimeout: "the server stopped the query at its deadline",
  ConnectionLost: "the connection was lost",
  InvalidConfig: "the settings are invalid",
  InvalidValue: "a value cannot be converted",
  TooLarge: "there are more rows than are taken",
  QueryFailed: "the query failed",
  Aborted: "the read was aborted",
};

/** A failure as the port's error, naming what was read. */
export function sourceError(title: string, { code, detail }: Failure): SourceError {
  const suffix = detail === undefined ? "" : ` (${detail})`;
  return new SourceError(`${title}: ${SENTENCES[code]}${suffix}`, { code, remedy: REMEDIES[code] });
}

/** The code of a failed system call, if `cause` is one (also when it is the only kind inside an AggregateError). */
export function systemFailure(cause: unknown): Failure | undefined {
  if (cause instanceof Deno.errors.NotCapable) return { code: "AccessDenied", detail: "no net permission" };
  const name = stringField(cause, "code") ?? firstAggregated(cause);
  const code = name === undefined ? undefined : SYSTEM_CODES[name];
  return code === undefined ? undefined : { code, detail: name };
}

function firstAggregated(cause: unknown): string | undefined {
  return cause instanceof AggregateError ? stringField(cause.errors[0], "code") : undefined;
}

/** A field of a driver's error when it is a string. */
export function stringField(value: unknown, field: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found: unknown = Reflect.get(value, field);
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** `MySQL at db.shop:3306`. */
export function serverTitle(kind: string, server: ServerConfig): string {
  return `${kind} at ${server.host}:${server.port}`;
}

const HOST = /^[\p{L}\p{N}._:%-]+$/u;

/** Refuses settings that a driver would read as something else: a socket path, an option string, another default. */
export function checkServer(server: ServerConfig): void {
  const wrong = !HOST.test(server.host)
    ? "host is no name or address"
    : !Number.isInteger(server.port) || server.port < 1 || server.port > 65_535
    ? "port is not between 1 and 65535"
    : hasNul(server.username) || server.username === ""
    ? "username is empty or holds a NUL"
    : hasNul(server.database) || server.database === ""
    ? "database is empty or holds a NUL"
    : hasNul(server.password)
    ? "password holds a NUL"
    : undefined;
  if (wrong === undefined) return;
  throw new SourceError(`the source's ${wrong}`, {
    code: "InvalidConfig",
    remedy: "correct it in the hub's source",
  });
}

function hasNul(text: string): boolean {
  return text.includes("\0");
}

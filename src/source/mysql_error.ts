import { SourceError, type SourceErrorCode } from "./port.ts";
import { type Failure, sourceError, stringField, systemFailure } from "./server_error.ts";

/** Server error numbers of MySQL and MariaDB; both use the same up to 1999, MySQL alone from 3000 on. */
const NUMBERS: Readonly<Record<number, SourceErrorCode>> = {
  1040: "ConnectionRefused", // too many connections
  1129: "ConnectionRefused", // host is blocked
  1130: "AuthenticationFailed", // host not allowed
  1203: "ConnectionRefused", // too many connections of this user
  1226: "ConnectionRefused", // resource limit of this user
  1045: "AuthenticationFailed",
  1251: "AuthenticationFailed", // authentication protocol
  1524: "AuthenticationFailed", // plugin not loaded
  1698: "AuthenticationFailed", // no password
  1820: "AuthenticationFailed", // password must be changed
  1862: "AuthenticationFailed", // password expired
  3118: "AuthenticationFailed", // account locked
  4151: "AuthenticationFailed", // account locked (MariaDB)
  3159: "TlsFailed", // secure transport required
  1044: "AccessDenied", // to the database
  1142: "AccessDenied", // to the table
  1143: "AccessDenied", // to the column
  1227: "AccessDenied",
  1370: "AccessDenied", // to a routine
  1049: "DatabaseNotFound",
  1051: "TableNotFound",
  1109: "TableNotFound",
  1146: "TableNotFound",
  1054: "ColumnNotFound",
  1205: "QueryTimeout", // lock wait
  1969: "QueryTimeout", // max_statement_time (MariaDB)
  3024: "QueryTimeout", // max_execution_time (MySQL)
  1053: "ConnectionLost", // shutdown
  1077: "ConnectionLost", // shutdown
  1079: "ConnectionLost", // shutdown
  1080: "ConnectionLost", // forced close
  1158: "ConnectionLost",
  1159: "ConnectionLost",
  1160: "ConnectionLost",
  1161: "ConnectionLost",
  1927: "ConnectionLost", // killed (MariaDB)
  3169: "ConnectionLost", // killed (MySQL)
  4031: "ConnectionLost", // idle too long
};

/** The driver's own codes. */
const DRIVER_CODES: Readonly<Record<string, SourceErrorCode>> = {
  HANDSHAKE_NO_SSL_SUPPORT: "TlsFailed",
  HANDSHAKE_SSL_ERROR: "TlsFailed",
  HANDSHAKE_UNKNOWN_ERROR: "AuthenticationFailed",
  AUTH_SWITCH_PLUGIN_ERROR: "AuthenticationFailed",
  PROTOCOL_CONNECTION_LOST: "ConnectionLost",
  PROTOCOL_ERROR: "ConnectionLost",
  PROTOCOL_UNEXPECTED_PACKET: "ConnectionLost",
};

/** Any failure of the driver as `SourceError`, by number or code. The server's text is left out: it can hold values. */
export function mysqlError(title: string, cause: unknown): SourceError {
  return cause instanceof SourceError ? cause : sourceError(title, failureOf(cause));
}

function failureOf(cause: unknown): Failure {
  const symbol = stringField(cause, "code");
  const errno: unknown = typeof cause === "object" && cause !== null
    ? Reflect.get(cause, "errno")
    : undefined;
  if (typeof errno === "number" && errno > 0 && stringField(cause, "sqlState") !== undefined) {
    return { code: NUMBERS[errno] ?? "QueryFailed", detail: `${symbol ?? "server error"} ${errno}` };
  }
  const driver = symbol === undefined ? undefined : DRIVER_CODES[symbol];
  if (driver !== undefined) return { code: driver, detail: symbol };
  return systemFailure(cause) ?? { code: "QueryFailed", detail: symbol };
}

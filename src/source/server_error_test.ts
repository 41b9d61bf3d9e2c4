import assert from "node:assert/strict";
import type { SourceError, SourceErrorCode } from "./port.ts";
import { mysqlError } from "./mysql_error.ts";
import { postgresError } from "./postgres_error.ts";

const SECRET = "hunter2";

/** A driver's error as it comes: fields, and a text that may quote a row. */
function driverError(fields: Readonly<Record<string, unknown>>): Error {
  return Object.assign(new Error(`Incorrect value: '${SECRET}'`), fields);
}

function assertError(error: SourceError, code: SourceErrorCode): void {
  assert.equal(error.code, code);
  assert.notEqual(error.remedy, "");
  assert.equal(error.cause, undefined);
  assert.doesNotMatch(`${error.message} ${error.remedy} ${error.stack}`, new RegExp(SECRET));
}

Deno.test("MySQL's failures are told by number and code, never by text", () => {
  const server = (errno: number) => driverError({ errno, code: `ER_${errno}`, sqlState: "HY000" });
  const cases: readonly { readonly cause: Error; readonly code: SourceErrorCode }[] = [
    { cause: server(1045), code: "AuthenticationFailed" },
    { cause: server(1049), code: "DatabaseNotFound" },
    { cause: server(1146), code: "TableNotFound" },
    { cause: server(1054), code: "ColumnNotFound" },
    { cause: server(1142), code: "AccessDenied" },
    { cause: server(1969), code: "QueryTimeout" },
    { cause: server(3024), code: "QueryTimeout" },
    { cause: server(1040), code: "ConnectionRefused" },
    { cause: server(3159), code: "TlsFailed" },
    { cause: server(1292), code: "QueryFailed" },
    { cause: driverError({ code: "PROTOCOL_CONNECTION_LOST" }), code: "ConnectionLost" },
    { cause: driverError({ code: "HANDSHAKE_SSL_ERROR" }), code: "TlsFailed" },
    { cause: driverError({ code: "ECONNREFUSED", errno: -111 }), code: "ConnectionRefused" },
    { cause: new AggregateError([driverError({ code: "ECONNREFUSED" })]), code: "ConnectionRefused" },
    { cause: driverError({ code: "ENOTFOUND" }), code: "UnknownHost" },
    { cause: driverError({}), code: "QueryFailed" },
  ];
  for (const { cause, code } of cases) assertError(mysqlError("MySQL at db:3306", cause), code);
});

Deno.test("PostgreSQL's failures are told by SQLSTATE, system code and phase, never by text", () => {
  const server = (code: string) => driverError({ code, severity: "ERROR" });
  const cases: readonly { readonly cause: Error; readonly code: SourceErrorCode }[] = [
    { cause: server("28P01"), code: "AuthenticationFailed" },
    { cause: server("28000"), code: "AuthenticationFailed" },
    { cause: server("3D000"), code: "DatabaseNotFound" },
    { cause: server("42P01"), code: "TableNotFound" },
    { cause: server("42703"), code: "ColumnNotFound" },
    { cause: server("42501"), code: "AccessDenied" },
    { cause: server("57014"), code: "QueryTimeout" },
    { cause: server("57P01"), code: "ConnectionLost" },
    { cause: server("08006"), code: "ConnectionLost" },
    { cause: server("53300"), code: "ConnectionRefused" },
    { cause: server("22P02"), code: "QueryFailed" },
    { cause: driverError({ code: "ECONNRESET" }), code: "ConnectionLost" },
    { cause: driverError({}), code: "ConnectionLost" },
  ];
  for (const { cause, code } of cases) {
    assertError(postgresError("PostgreSQL at db:5432", "established", cause), code);
  }
  assertError(postgresError("PostgreSQL at db:5432", "securing", driverError({})), "TlsFailed");
  assertError(
    postgresError("PostgreSQL at db:5432", "authenticating", driverError({})),
    "AuthenticationFailed",
  );
  assertError(postgresError("PostgreSQL at db:5432", "greeting", driverError({})), "ConnectionLost");
});

Deno.test("the message names the server and the driver's identifier", () => {
  const cause = driverError({ errno: 1146, code: "ER_NO_SUCH_TABLE", sqlState: "42S02" });
  const { message } = mysqlError("MySQL at db:3306", cause);
  assert.equal(message, "MySQL at db:3306: the table or view does not exist (ER_NO_SUCH_TABLE 1146)");
});

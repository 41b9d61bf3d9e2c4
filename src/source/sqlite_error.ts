import type { SourceError, SourceErrorCode } from "./port.ts";
import { sourceError } from "./server_error.ts";
import type { SqliteFailure } from "./sqlite_message.ts";

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const NUMBERS: Readonly<Record<number, SourceErrorCode>> = {
  3: "AccessDenied", // PERM
  5: "QueryTimeout", // BUSY
  6: "QueryTimeout", // LOCKED
  8: "AccessDenied", // READONLY
  10: "ConnectionLost", // IOERR
  14: "DatabaseNotFound", // CANTOPEN
  23: "AccessDenied", // AUTH
  26: "InvalidConfig", // NOTADB
};

/** A thread's failure as the port's error. */
export function sqliteError(title: string, failure: SqliteFailure): SourceError {
  switch (failure.reason) {
    case "no-file":
      return sourceError(title, { code: "DatabaseNotFound", detail: "no such file" });
    case "not-a-file":
      return sourceError(title, { code: "InvalidConfig", detail: "not a file" });
    case "no-read-permission":
      return sourceError(title, { code: "AccessDenied", detail: "no read permission" });
    case "thread-ended":
      return sourceError(title, { code: "ConnectionLost", detail: "the worker ended" });
    case "sqlite": {
      const { number } = failure;
      const primary = number === undefined ? undefined : number & 0xff;
      const code = primary === undefined ? "QueryFailed" : NUMBERS[primary] ?? "QueryFailed";
      return sourceError(title, { code, detail: number === undefined ? undefined : `SQLite ${number}` });
    }
  }
}

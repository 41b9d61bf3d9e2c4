import { DatabaseSync } from "node:sqlite";
import type {
  SqliteFailure,
  SqliteReply,
  SqliteRequest,
  SqliteSelect,
  SqliteText,
} from "./sqlite_message.ts";
import { type SqliteCell, sqliteText } from "./sqlite_text.ts";
import { CellError, notUtf8 } from "./value_text.ts";

/** Entry of the thread that reads SQLite files: one request in, one reply out. It ends when it is terminated. */
type Answer = (request: SqliteRequest) => SqliteReply;

interface OpenFile {
  readonly database: DatabaseSync;
  rows: Iterator<Record<string, SqliteCell>> | undefined;
  /** Declared types in the order of the SELECT's columns. */
  types: readonly string[];
  /** Whether a U+FFFD in text stands for a byte that is no UTF-8. */
  replaces: boolean;
}

class NotAFile extends Error {
  override readonly name = "NotAFile";
}

/** How long a reader waits for a writer's lock before the read fails; the adapter's deadline is usually earlier. */
const BUSY_MS = 5_000;

function answering(): Answer {
  let file: OpenFile | undefined;
  return (request) => {
    if (request.kind === "open") {
      file = openFile(request.path);
      return { kind: "opened" };
    }
    if (file === undefined) throw new TypeError("no file is open");
    if (request.kind === "close") {
      file.database.close();
      file = undefined;
      return { kind: "closed" };
    }
    if (request.kind === "columns") {
      return { kind: "columns", names: columnNames(file.database, request.table) };
    }
    file.rows ??= selectRows(file, request.select);
    return { kind: "page", rows: takePage(file, request.rows) };
  };
}

function openFile(path: string): OpenFile {
  if (!Deno.statSync(path).isFile) throw new NotAFile();
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  database.exec("PRAGMA query_only = ON; BEGIN");
  return { database, rows: undefined, types: [], replaces: false };
}

function columnNames(database: DatabaseSync, table: readonly string[]): readonly string[] {
  const name = table.at(-1) ?? "";
  const schema = table.length > 1 ? table[0] ?? "main" : "main";
  const schemas = database.prepare("SELECT name FROM pragma_database_list").all();
  if (!schemas.some((row) => row["name"] === schema)) return [];
  const rows = database.prepare("SELECT name FROM pragma_table_xinfo(?, ?)").all(name, schema);
  return rows.map((row) => String(row["name"]));
}

/** The rows of the SELECT, with cells named by their place: one column may be mapped twice. */
function selectRows(file: OpenFile, select: SqliteSelect): Iterator<Record<string, SqliteCell>> {
  const encoding = file.database.prepare("PRAGMA encoding").get()?.["encoding"];
  file.replaces = encoding === "UTF-8";
  const declared = file.database.prepare(`SELECT ${select.columns.join(", ")} FROM ${select.table}`)
    .columns();
  file.types = declared.map(({ type }) => type ?? "");
  const read = file.replaces ? oddTextAsBytes : (column: string) => column;
  const cells = select.columns.map((column, index) => `${read(column)} AS \`${index}\``);
  const statement = file.database.prepare(`SELECT ${cells.join(", ")} FROM ${select.table}`);
  statement.setReadBigInts(true);
  return statement.iterate();
}

/**
 * Text as bytes, because decoding it here tells when it is no UTF-8, unless it has as many characters as bytes: then a
 * U+FFFD, which takes three, stands for a byte that the driver could not decode. Numbers and blobs have one length.
 */
function oddTextAsBytes(column: string): string {
  return `iif(length(${column}) = octet_length(${column}), ${column}, CAST(${column} AS BLOB))`;
}

function takePage(file: OpenFile, size: number): readonly (readonly SqliteText[])[] {
  const page: (readonly SqliteText[])[] = [];
  while (page.length < size) {
    const step = file.rows?.next();
    if (step === undefined || step.done === true) break;
    const cells = step.value;
    page.push(file.types.map((_, index) => cellText(file, cells[index] ?? null, index)));
  }
  return page;
}

function cellText({ types, replaces }: OpenFile, cell: SqliteCell, index: number): SqliteText {
  try {
    if (replaces && typeof cell === "string" && cell.includes("\uFFFD")) throw notUtf8(cell.length);
    return sqliteText(cell, types[index] ?? "");
  } catch (error) {
    if (error instanceof CellError) return { problem: error.message };
    throw error;
  }
}

function failureOf(error: unknown): SqliteFailure {
  if (error instanceof NotAFile) return { reason: "not-a-file" };
  if (error instanceof Deno.errors.NotFound) return { reason: "no-file" };
  if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) {
    return { reason: "no-read-permission" };
  }
  const number: unknown = error instanceof Error ? Reflect.get(error, "errcode") : undefined;
  return { reason: "sqlite", number: typeof number === "number" ? number : undefined };
}

const answer = answering();

/** The first message is the port that requests come by. */
self.onmessage = ({ data: port }: MessageEvent<MessagePort>) => {
  port.onmessage = ({ data }: MessageEvent<SqliteRequest>) => {
    let reply: SqliteReply;
    try {
      reply = answer(data);
    } catch (error) {
      reply = { kind: "failed", failure: failureOf(error) };
    }
    port.postMessage(reply);
  };
};

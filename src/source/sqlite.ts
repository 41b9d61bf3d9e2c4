import type { SourceConfig } from "./config.ts";
import { type Dialect, type ReadPlan, tableNotFound } from "./identifier.ts";
import { type RawRow, SourceError } from "./port.ts";
import { type Adapter, PAGE_ROWS, type Session } from "./session.ts";
import { sqliteError } from "./sqlite_error.ts";
import type { SqliteReply, SqliteRequest, SqliteSelect } from "./sqlite_message.ts";
import type { SqliteReader } from "./sqlite_reader.ts";
import { ownReaders, type SqliteReaders } from "./sqlite_readers.ts";
import { CellError, rowOf } from "./value_text.ts";

type SqliteConfig = Extract<SourceConfig, { type: "sqlite" }>;

/** Backquotes, because SQLite takes an unknown name in double quotes as a string. */
const dialect: Dialect = { quote: (part) => `\`${part.replaceAll("`", "``")}\``, foldsCase: true };

/**
 * One SQLite file, read in a thread of `readers`, each in its own unless told. Throws `SourceError` InvalidConfig for a
 * path that is no file's.
 */
export function sqliteAdapter(
  { path, deadlines }: SqliteConfig,
  readers: SqliteReaders = ownReaders,
): Adapter {
  if (path === "" || path.includes("\0") || path.startsWith(":") || path.startsWith("file:")) {
    throw new SourceError(`${JSON.stringify(path)} is no path of an SQLite file`, {
      code: "InvalidConfig",
      remedy: "give the path of a database file",
    });
  }
  const title = `SQLite file ${path}`;
  return { dialect, title, deadlines, open: (plan) => new SqliteSession({ path, plan, title, readers }) };
}

interface SessionOptions {
  readonly path: string;
  readonly plan: ReadPlan;
  readonly title: string;
  readonly readers: SqliteReaders;
}

type ReplyOf<Kind extends SqliteReply["kind"]> = Extract<SqliteReply, { kind: Kind }>;

/**
 * SQLite is synchronous, so it runs in a thread that may read and do nothing else, and that `destroy` terminates in the
 * middle of a read. A single step of SQLite (a sort, an aggregate) is not interrupted: the caller is free at its
 * deadline, the thread when that step ends.
 */
class SqliteSession implements Session {
  readonly #options: SessionOptions;
  readonly #select: SqliteSelect;
  #reader: SqliteReader | undefined;

  constructor(options: SessionOptions) {
    const { mappings, quotedTable } = options.plan;
    this.#options = options;
    this.#select = { table: quotedTable, columns: mappings.map(({ column }) => dialect.quote(column)) };
  }

  async connect(): Promise<void> {
    const { path, readers } = this.#options;
    this.#reader = readers.take(path);
    await this.#ask("opened", { kind: "open", path });
  }

  async columns(): Promise<readonly string[]> {
    const { plan } = this.#options;
    const { names } = await this.#ask("columns", { kind: "columns", table: plan.table });
    if (names.length === 0) throw tableNotFound(plan);
    return names;
  }

  async next(): Promise<readonly RawRow[]> {
    const { rows } = await this.#ask("page", { kind: "next", select: this.#select, rows: PAGE_ROWS });
    return rows.map((cells) =>
      rowOf(this.#options.plan.mappings, (index) => {
        const cell = cells[index] ?? "";
        if (typeof cell === "string") return cell;
        throw new CellError(cell.problem);
      })
    );
  }

  async finish(): Promise<void> {
    await this.#ask("closed", { kind: "close" });
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader !== undefined) this.#options.readers.giveBack(reader);
  }

  destroy(): void {
    this.#reader?.end();
    this.#reader = undefined;
  }

  async #ask<Kind extends SqliteReply["kind"]>(kind: Kind, request: SqliteRequest): Promise<ReplyOf<Kind>> {
    if (this.#reader === undefined) throw new TypeError("the session is not connected");
    const reply = await this.#reader.ask(request);
    if (reply.kind === "failed") throw sqliteError(this.#options.title, reply.failure);
    if (!isKind(reply, kind)) throw new TypeError(`the worker answered ${reply.kind} to ${request.kind}`);
    return reply;
  }
}

function isKind<Kind extends SqliteReply["kind"]>(reply: SqliteReply, kind: Kind): reply is ReplyOf<Kind> {
  return reply.kind === kind;
}

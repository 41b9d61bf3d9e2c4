import { isIP } from "node:net";
import { Duplex } from "node:stream";
import mysql, { type Connection, type FieldPacket, type Query } from "mysql2";
import type { ServerConfig, SourceConfig, SourceTls } from "./config.ts";
import { type Dialect, type ReadPlan, tableNotFound } from "./identifier.ts";
import { mysqlError } from "./mysql_error.ts";
import { mysqlText } from "./mysql_text.ts";
import { type PeerCheck, PeerSocket } from "./peer_socket.ts";
import { type RawRow, SourceError, type SourceErrorCode } from "./port.ts";
import { checkServer, serverTitle, sourceError } from "./server_error.ts";
import { type Adapter, ANSWER_BYTES, PAGE_BYTES, PAGE_ROWS, serverLimitMs, type Session } from "./session.ts";
import { rowOf } from "./value_text.ts";

type MysqlConfig = Extract<SourceConfig, { type: "mysql" }>;

const dialect: Dialect = { quote: (part) => `\`${part.replaceAll("`", "``")}\``, foldsCase: true };

/** MySQL and MariaDB. Throws `SourceError` InvalidConfig for settings that no server can have. */
export function mysqlAdapter({ server, deadlines }: MysqlConfig, check?: PeerCheck): Adapter {
  checkServer(server);
  checkHostName(server);
  const title = serverTitle("MySQL", server);
  return {
    ...{ dialect, title, deadlines },
    open: (plan) => new MysqlSession({ server, plan, title, queryMs: deadlines.queryMs, check }),
  };
}

/** The driver compares a certificate with a host name only; with an address it would compare with another name. */
function checkHostName({ host, tls }: ServerConfig): void {
  if (tls.mode !== "verify-full" || isIP(host) === 0) return;
  throw new SourceError(`the source's host ${host} is an address, and tls.mode verify-full needs a name`, {
    code: "InvalidConfig",
    remedy: "give the host name that the server's certificate is for, or use verify-ca",
  });
}

interface SessionOptions {
  readonly server: ServerConfig;
  readonly plan: ReadPlan;
  readonly title: string;
  readonly queryMs: number;
  readonly check: PeerCheck | undefined;
}

/** A name's database part that does not exist is told as the table that was asked for. */
const NO_TABLE: ReadonlySet<SourceErrorCode> = new Set(["TableNotFound", "DatabaseNotFound"]);

/** Cells as the driver hands them over: bytes of the text protocol. */
type Cells = readonly (Uint8Array | null)[];

class MysqlSession implements Session {
  readonly #options: SessionOptions;
  readonly #lost = Promise.withResolvers<never>();
  readonly #socket: PeerSocket;
  #connection: Connection | undefined;
  #pages: Pages | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#socket = new PeerSocket(options);
    this.#lost.promise.catch(() => {});
  }

  async connect(): Promise<void> {
    const { server, title, queryMs } = this.#options;
    const connected = Promise.withResolvers<void>();
    this.#socket.allow(ANSWER_BYTES);
    try {
      this.#socket.setNoDelay(true).connect(server.port, server.host);
      this.#connection = mysql.createConnection(connectionOptions(server, this.#socket));
    } catch (cause) {
      throw mysqlError(title, cause);
    }
    this.#socket.on("error", (cause) => this.#lost.reject(mysqlError(title, cause)));
    this.#connection.on("error", (cause) => this.#lost.reject(mysqlError(title, cause)));
    this.#connection.connect((cause) =>
      cause ? connected.reject(mysqlError(title, cause)) : connected.resolve()
    );
    await Promise.race([connected.promise, this.#lost.promise]);
    const lost = sourceError(title, { code: "ConnectionLost", detail: undefined });
    this.#socket.on("close", () => this.#lost.reject(lost));
    await this.#run(sessionSettings(queryMs));
    await this.#run("START TRANSACTION READ ONLY");
  }

  async columns(): Promise<readonly string[]> {
    const { plan } = this.#options;
    try {
      const rows = await this.#run(`SHOW COLUMNS FROM ${plan.quotedTable}`);
      return rows.map(([name]) => new TextDecoder().decode(name ?? new Uint8Array()));
    } catch (error) {
      const unknown = error instanceof SourceError && NO_TABLE.has(error.code);
      throw unknown ? tableNotFound(plan) : error;
    }
  }

  async next(): Promise<readonly RawRow[]> {
    this.#socket.allow(PAGE_BYTES);
    this.#pages ??= new Pages(this.#open(), this.#options);
    return await Promise.race([this.#pages.next(), this.#lost.promise]);
  }

  async finish(): Promise<void> {
    await this.#run("COMMIT");
    const ended = Promise.withResolvers<void>();
    this.#open().end(() => ended.resolve());
    await Promise.race([ended.promise, this.#lost.promise]);
  }

  /** The driver only ends its side, and a server that is sending would wait for a reader that is gone. */
  destroy(): void {
    this.#connection?.destroy();
    this.#socket.destroy();
  }

  #open(): Connection {
    if (this.#connection === undefined) throw new TypeError("the session is not connected");
    return this.#connection;
  }

  async #run(sql: string): Promise<readonly Cells[]> {
    const done = Promise.withResolvers<readonly Cells[]>();
    this.#open().query({ sql, rowsAsArray: true }, (cause: unknown, rows: unknown) => {
      if (cause) done.reject(mysqlError(this.#options.title, cause));
      else done.resolve(Array.isArray(rows) ? rows : []);
    });
    return await Promise.race([done.promise, this.#lost.promise]);
  }
}

/** The rows of the plan's SELECT, pulled page by page: while no page is asked for, the socket is not read. */
class Pages {
  readonly #connection: Connection;
  readonly #options: SessionOptions;
  #types: readonly number[] = [];
  #rows: RawRow[] = [];
  #outcome: { kind: "reading" } | { kind: "ended" } | { kind: "failed"; error: Error } = { kind: "reading" };
  #wake: () => void = () => {};

  constructor(connection: Connection, options: SessionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#listen(connection.query({ sql: options.plan.select, rowsAsArray: true }));
  }

  async next(): Promise<readonly RawRow[]> {
    if (this.#outcome.kind === "reading") {
      const filled = Promise.withResolvers<void>();
      this.#wake = filled.resolve;
      this.#connection.resume();
      await filled.promise;
    }
    if (this.#outcome.kind === "failed") throw this.#outcome.error;
    const page = this.#rows;
    this.#rows = [];
    return page;
  }

  #listen(query: Query): void {
    query.on("fields", (fields: readonly FieldPacket[]) => {
      this.#types = fields.map(({ columnType }) => columnType ?? -1);
    });
    query.on("result", (cells: unknown) => this.#take(cells as Cells));
    query.on(
      "error",
      (cause: unknown) => this.#settle({ kind: "failed", error: mysqlError(this.#options.title, cause) }),
    );
    query.on("end", () => this.#settle({ kind: "ended" }));
  }

  #take(cells: Cells): void {
    if (this.#outcome.kind !== "reading") return;
    try {
      const { mappings } = this.#options.plan;
      this.#rows.push(rowOf(mappings, (index) => mysqlText(this.#types[index] ?? -1, cells[index] ?? null)));
    } catch (error) {
      this.#settle({ kind: "failed", error: error instanceof Error ? error : new TypeError("no error") });
      return;
    }
    if (this.#rows.length < PAGE_ROWS) return;
    this.#connection.pause();
    this.#wake();
  }

  #settle(outcome: { kind: "ended" } | { kind: "failed"; error: Error }): void {
    if (this.#outcome.kind === "reading") this.#outcome = outcome;
    this.#wake();
  }
}

/**
 * The driver's options. Rows are parsed without generated code, cells stay bytes, several statements in one query and
 * LOCAL INFILE are not offered to the server.
 */
function connectionOptions(server: ServerConfig, socket: PeerSocket): mysql.ConnectionOptions {
  return {
    ...{ host: server.host, port: server.port, user: server.username, password: server.password },
    database: server.database,
    stream: () => driverStream(server.tls, socket),
    charset: "UTF8MB4_UNICODE_CI",
    flags: ["-LOCAL_FILES"],
    ...{ disableEval: true, multipleStatements: false, connectTimeout: 0 },
    typeCast: (field) => field.buffer(),
    ...(server.tls.mode === "disable" ? {} : { ssl: tlsOptions(server.tls) }),
  };
}

/**
 * The stream that the driver talks through. TLS over a socket takes the socket's handle, and an end that comes while
 * the driver pauses is then never told; over a wrapped socket it is, by the socket's own events.
 */
function driverStream({ mode }: SourceTls, socket: PeerSocket): Duplex {
  if (mode === "disable") return socket;
  // Node takes a pair of its own streams here; the types name only the web's.
  const pair: unknown = { readable: socket, writable: socket };
  return Duplex.from(pair as Parameters<typeof Duplex.from>[0]);
}

function tlsOptions({ mode, ca }: SourceTls): mysql.SslOptions {
  return {
    rejectUnauthorized: mode !== "require",
    verifyIdentity: mode === "verify-full",
    ...(ca === undefined ? {} : { ca }),
  };
}

/**
 * Session settings. The server's own limit frees it when this process is gone; MariaDB and MySQL have it under two
 * names, and each skips the other's version comment.
 */
function sessionSettings(queryMs: number): string {
  const limitMs = serverLimitMs(queryMs);
  return "SET NAMES utf8mb4, SESSION time_zone = '+00:00'" +
    ` /*!50708 , SESSION max_execution_time = ${limitMs} */` +
    ` /*M!100101 , SESSION max_statement_time = ${limitMs / 1000} */`;
}

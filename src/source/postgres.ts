import type { ServerConfig, SourceConfig, SourceTls } from "./config.ts";
import { type Dialect, type ReadPlan, tableNotFound } from "./identifier.ts";
import { type PeerCheck, PeerSocket } from "./peer_socket.ts";
import type { RawRow, SourceError } from "./port.ts";
import {
  newClient,
  newCursor,
  type PostgresCells,
  type PostgresClient,
  type PostgresCursor,
} from "./postgres_driver.ts";
import { type PostgresField, type PostgresOptions, type PostgresResult } from "./postgres_driver.ts";
import { type PostgresTls, TEXT_TYPES } from "./postgres_driver.ts";
import { guardedSelect, strayBytes } from "./postgres_encoding.ts";
import { postgresError, type PostgresPhase } from "./postgres_error.ts";
import { NO_UTF8, postgresText } from "./postgres_text.ts";
import { checkServer, type Failure, serverTitle, sourceError } from "./server_error.ts";
import { type Adapter, ANSWER_BYTES, PAGE_BYTES, PAGE_ROWS, serverLimitMs, type Session } from "./session.ts";
import { CellError, rowOf } from "./value_text.ts";

type PostgresConfig = Extract<SourceConfig, { type: "postgres" }>;

const dialect: Dialect = { quote: (part) => `"${part.replaceAll('"', '""')}"`, foldsCase: false };

/** PostgreSQL. Throws `SourceError` InvalidConfig for settings that no server can have. */
export function postgresAdapter({ server, deadlines }: PostgresConfig, check?: PeerCheck): Adapter {
  checkServer(server);
  const title = serverTitle("PostgreSQL", server);
  return {
    ...{ dialect, title, deadlines },
    open: (plan) => new PostgresSession({ server, plan, title, queryMs: deadlines.queryMs, check }),
  };
}

interface SessionOptions {
  readonly server: ServerConfig;
  readonly plan: ReadPlan;
  readonly title: string;
  readonly queryMs: number;
  readonly check: PeerCheck | undefined;
}

const UNREADABLE: Failure = { code: "ConnectionLost", detail: "it answers what PostgreSQL doesn't" };

class PostgresSession implements Session {
  readonly #options: SessionOptions;
  readonly #socket: PeerSocket;
  readonly #client: PostgresClient;
  #phase: PostgresPhase = "dialing";
  #cursor: PostgresCursor | undefined;
  #pageRows = 0;
  /** What the database's text is in, `server_encoding`. */
  #encoding = "";

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#socket = new PeerSocket(options);
    this.#socket.allow(ANSWER_BYTES);
    const secure = options.server.tls.mode !== "disable";
    this.#socket.on("connect", () => this.#phase = secure ? "securing" : "greeting");
    this.#client = newClient(
      clientOptions(options.server, {
        stream: this.#socket,
        asked: () => this.#phase = "authenticating",
      }),
      {
        received: (bytes, stream) => stream !== this.#socket && this.#socket.count(bytes),
        unreadable: () => this.#socket.destroy(sourceError(options.title, UNREADABLE)),
      },
    );
    // The work under way is told too, and reports it; without a listener the process would end.
    this.#client.on("error", () => {});
  }

  async connect(): Promise<void> {
    try {
      await this.#client.connect();
      this.#phase = "established";
      await this.#run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
      const { rows } = await this.#run(SETTINGS, [String(serverLimitMs(this.#options.queryMs))]);
      this.#encoding = rows[0]?.[0] ?? "";
    } catch (cause) {
      throw this.#error(cause);
    }
  }

  async columns(): Promise<readonly string[]> {
    try {
      const { rows } = await this.#run(COLUMNS, [this.#options.plan.quotedTable]);
      if (rows.length === 0) throw tableNotFound(this.#options.plan);
      return rows.map(([name]) => name ?? "");
    } catch (cause) {
      throw this.#error(cause);
    }
  }

  async next(): Promise<readonly RawRow[]> {
    const cursor = this.#cursor ??= this.#newCursor();
    this.#socket.allow(PAGE_BYTES);
    this.#pageRows = 0;
    const page = Promise.withResolvers<PostgresResult>();
    cursor.read(PAGE_ROWS, (cause, rows, result) => {
      if (cause) page.reject(this.#error(cause));
      else page.resolve({ rows, fields: result?.fields ?? [] });
    });
    const { rows, fields } = await page.promise;
    return rows.map((cells) => this.#row(cells, fields));
  }

  async finish(): Promise<void> {
    await this.#run("COMMIT");
    await this.#client.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #run(text: string, values: readonly string[] = []): Promise<PostgresResult> {
    return this.#client.query({ text, values, rowMode: "array", types: TEXT_TYPES });
  }

  /** A page has as many rows as were asked for: a server that sends more is left. */
  #newCursor(): PostgresCursor {
    const cursor = this.#client.query(newCursor(this.#select()));
    cursor.on("row", () => {
      if (++this.#pageRows > PAGE_ROWS) {
        this.#socket.refuse(`more than the ${PAGE_ROWS} rows that were asked for`);
      }
    });
    return cursor;
  }

  #error(cause: unknown): SourceError {
    return postgresError(this.#options.title, this.#phase, cause);
  }

  #select(): string {
    const { plan } = this.#options;
    const stray = strayBytes(this.#encoding);
    return stray.length === 0 ? plan.select : guardedSelect(plan, { quote: dialect.quote, stray });
  }

  #row(cells: PostgresCells, fields: readonly PostgresField[]): RawRow {
    const { mappings } = this.#options.plan;
    const decoded = this.#encoding === NO_ENCODING;
    return rowOf(mappings, (index) => {
      if (cells[mappings.length + index] === "t") throw new CellError(NO_UTF8);
      return postgresText({ type: fields[index]?.dataTypeID ?? 0, decoded }, cells[index] ?? null);
    });
  }
}

/** The `server_encoding` of a database that takes any bytes for text. */
const NO_ENCODING = "SQL_ASCII";

/** Columns that a SELECT can name; a table is found as the SELECT finds it, along the search path. */
const COLUMNS = `SELECT attname FROM pg_catalog.pg_attribute
  WHERE attrelid = pg_catalog.to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`;

/**
 * Settings of this transaction only: text as UTF-8, or its bytes as they are where the database has no encoding, so that
 * one that is no UTF-8 does not end the read; text forms, time zone, the server's own limit, and its look whether the client is
 * still there (version 14 on, not on Windows), so that an aborted query ends within a second.
 */
const SETTINGS = `SELECT current_setting('server_encoding'), set_config('client_encoding',
    CASE current_setting('server_encoding') WHEN '${NO_ENCODING}' THEN '${NO_ENCODING}' ELSE 'UTF8' END, true), set_config('TimeZone', 'UTC', true),
  set_config('DateStyle', 'ISO', true), set_config('IntervalStyle', 'postgres', true),
  set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '3', true),
  set_config('statement_timeout', $1, true),
  (SELECT set_config(name, '1000', true) FROM pg_catalog.pg_settings
    WHERE name = 'client_connection_check_interval' AND version() !~* 'visual c|mingw|windows')`;

interface Dialing {
  readonly stream: PeerSocket;
  /** Called when the server asks for the password: TLS, if any, is done. */
  readonly asked: () => void;
}

/** Every setting that the driver would otherwise take from PG* variables is given. */
function clientOptions(server: ServerConfig, { stream, asked }: Dialing): PostgresOptions {
  return {
    ...{ host: server.host, port: server.port, user: server.username, database: server.database },
    password: () => {
      asked();
      return server.password;
    },
    stream: () => stream,
    ssl: server.tls.mode === "disable" ? false : tlsOptions(server.tls),
    ...{
      application_name: "lynq",
      client_encoding: "UTF8",
      sslnegotiation: "postgres",
      connectionTimeoutMillis: 0,
    },
  };
}

function tlsOptions({ mode, ca }: SourceTls): PostgresTls {
  return {
    rejectUnauthorized: mode !== "require",
    ...(mode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
    ...(ca === undefined ? {} : { ca }),
  };
}

import type { Duplex } from "node:stream";
import pg from "pg";
import Cursor from "pg-cursor";

/** What this room uses of npm:pg and npm:pg-cursor, which publish no types of their own. */
export interface PostgresOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** A function, so that an empty password does not make the driver look into the environment and `~/.pgpass`. */
  readonly password: () => string;
  readonly stream: () => Duplex;
  readonly ssl: false | PostgresTls;
  readonly [setting: string]: unknown;
}

export interface PostgresTls {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
  readonly checkServerIdentity?: () => undefined;
}

export type PostgresCells = readonly (string | null)[];

export interface PostgresField {
  readonly name: string;
  readonly dataTypeID: number;
}

export interface PostgresResult {
  readonly rows: readonly PostgresCells[];
  readonly fields: readonly PostgresField[];
}

export interface PostgresQuery {
  readonly text: string;
  readonly values?: readonly string[];
  readonly rowMode: "array";
  readonly types: typeof TEXT_TYPES;
}

export interface PostgresCursor {
  /** `done` gets no result after the last row, only an empty array. */
  read(
    rows: number,
    done: (error: unknown, rows: readonly PostgresCells[], result?: PostgresResult) => void,
  ): void;
}

export interface PostgresClient {
  connect(): Promise<unknown>;
  query(query: PostgresQuery): Promise<PostgresResult>;
  query<T extends PostgresCursor>(cursor: T): T;
  end(): Promise<void>;
  on(event: "error", listener: (error: unknown) => void): void;
}

/** Every cell as the server's text. */
export const TEXT_TYPES = { getTypeParser: () => (text: string): string => text };

export const PostgresClient: new (options: PostgresOptions) => PostgresClient = pg.Client;

/** A portal of one SELECT. */
export function newCursor(select: string): PostgresCursor {
  return new Cursor(select, [], { rowMode: "array", types: TEXT_TYPES });
}

import type { Duplex } from "node:stream";
import pg from "pg";
import Cursor from "pg-cursor";
import { PostgresFrames } from "./postgres_frames.ts";

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
  on(event: "row", listener: () => void): void;
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

/** What a connection brings, before the driver reads it. */
export interface PostgresReceiver {
  /** So many bytes came over this stream: the socket, or what TLS makes of it. */
  received(bytes: number, stream: Pick<Duplex, "on">): void;
  /** They are no messages of PostgreSQL. */
  unreadable(): void;
}

/**
 * A client that takes nothing from the environment. The driver looks up a PG* variable for every setting that is
 * empty; the three that have to be empty are given, and emptied before they are used.
 */
export function newClient(options: PostgresOptions, receiver: PostgresReceiver): PostgresClient {
  const client = new Client({ ...options, binary: true, options: "none", replication: "none" });
  client.binary = false;
  client.connectionParameters.options = "";
  client.connectionParameters.replication = "";
  const { connection } = client;
  const attach = connection.attachListeners.bind(connection);
  connection.attachListeners = (stream) => attach(guarded(stream, receiver));
  return client;
}

/** What can't be read makes the driver throw where nobody would catch it, or read on for ever. */
function guarded(stream: Pick<Duplex, "on">, receiver: PostgresReceiver): Pick<Duplex, "on"> {
  const frames = new PostgresFrames();
  const on = (event: string, listener: (...args: Uint8Array[]) => void) =>
    stream.on(
      event,
      event !== "data" ? listener : (chunk: Uint8Array) => {
        receiver.received(chunk.length, stream);
        const whole = frames.take(chunk);
        if (whole === undefined) return receiver.unreadable();
        try {
          if (whole.length > 0) listener(whole);
        } catch {
          receiver.unreadable();
        }
      },
    );
  return { on: on as Duplex["on"] };
}

interface ConfiguredClient extends PostgresClient {
  binary: boolean;
  readonly connection: { attachListeners(stream: Pick<Duplex, "on">): void };
  readonly connectionParameters: { options: string; replication: string };
}

const Client: new (options: PostgresOptions) => ConfiguredClient = pg.Client;

/** A portal of one SELECT. */
export function newCursor(select: string): PostgresCursor {
  return new Cursor(select, [], { rowMode: "array", types: TEXT_TYPES });
}

import type { SourceConfig } from "./config.ts";
import { mysqlAdapter } from "./mysql.ts";
import { postgresAdapter } from "./postgres.ts";
import type { PeerCheck } from "./peer_socket.ts";
import type { RowSource } from "./port.ts";
import { type Adapter, SessionSource } from "./session.ts";
import { sqliteAdapter } from "./sqlite.ts";
import type { SqliteReaders } from "./sqlite_readers.ts";

export interface SourceHooks {
  /** Decides about the address that a server turns out to have. */
  readonly check?: PeerCheck | undefined;
  /** Threads that read SQLite files; each read has its own unless told. */
  readonly readers?: SqliteReaders | undefined;
}

/**
 * A source for one sync. Nothing is connected until `read`; `signal` aborts every read of it. Throws `SourceError`
 * InvalidConfig for settings that no database can have.
 */
export function openSource(config: SourceConfig, signal: AbortSignal, hooks: SourceHooks = {}): RowSource {
  return new SessionSource(adapterOf(config, hooks), signal);
}

function adapterOf(config: SourceConfig, { check, readers }: SourceHooks): Adapter {
  switch (config.type) {
    case "mysql":
      return mysqlAdapter(config, check);
    case "postgres":
      return postgresAdapter(config, check);
    case "sqlite":
      return sqliteAdapter(config, readers);
  }
}

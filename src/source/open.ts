import type { SourceConfig } from "./config.ts";
import { mysqlAdapter } from "./mysql.ts";
import { postgresAdapter } from "./postgres.ts";
import type { PeerCheck } from "./peer_socket.ts";
import type { RowSource } from "./port.ts";
import { type Adapter, SessionSource } from "./session.ts";
import { sqliteAdapter } from "./sqlite.ts";

/**
 * A source for one sync. Nothing is connected until `read`; `signal` aborts every read of it; `check` decides about the
 * address that a server turns out to have. Throws `SourceError` InvalidConfig for settings that no database can have.
 */
export function openSource(config: SourceConfig, signal: AbortSignal, check?: PeerCheck): RowSource {
  return new SessionSource(adapterOf(config, check), signal);
}

function adapterOf(config: SourceConfig, check: PeerCheck | undefined): Adapter {
  switch (config.type) {
    case "mysql":
      return mysqlAdapter(config, check);
    case "postgres":
      return postgresAdapter(config, check);
    case "sqlite":
      return sqliteAdapter(config);
  }
}

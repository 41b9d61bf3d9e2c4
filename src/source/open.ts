import type { SourceConfig } from "./config.ts";
import { mysqlAdapter } from "./mysql.ts";
import { postgresAdapter } from "./postgres.ts";
import type { RowSource } from "./port.ts";
import { type Adapter, SessionSource } from "./session.ts";
import { sqliteAdapter } from "./sqlite.ts";

/**
 * A source for one sync. Nothing is connected until `read`; `signal` aborts every read of it.
 * Throws `SourceError` InvalidConfig for settings that no database can have.
 */
export function openSource(config: SourceConfig, signal: AbortSignal): RowSource {
  return new SessionSource(adapterOf(config), signal);
}

function adapterOf(config: SourceConfig): Adapter {
  switch (config.type) {
    case "mysql":
      return mysqlAdapter(config);
    case "postgres":
      return postgresAdapter(config);
    case "sqlite":
      return sqliteAdapter(config);
  }
}

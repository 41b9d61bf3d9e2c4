/** TLS to the database. `verify-full` checks chain and host name, `verify-ca` the chain, `require` only encrypts. */
export interface SourceTls {
  readonly mode: "disable" | "require" | "verify-ca" | "verify-full";
  /** PEM text of the authority, from `tls.caRef`. */
  readonly ca?: string | undefined;
}

/**
 * Deadlines in milliseconds: until the transaction has begun, and from there to the last row (the consumer's own time
 * counts too, since the transaction stays open).
 */
export interface SourceDeadlines {
  readonly connectMs: number;
  readonly queryMs: number;
}

/** For a hub that sets none: a row source answers within seconds, and a sync must not hold a transaction for long. */
export const DEFAULT_DEADLINES: SourceDeadlines = { connectMs: 5_000, queryMs: 30_000 };

export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  readonly tls: SourceTls;
}

/** Everything needed to open a source; a closed union over the databases. */
export type SourceConfig =
  | { readonly type: "mysql"; readonly server: ServerConfig; readonly deadlines: SourceDeadlines }
  | { readonly type: "postgres"; readonly server: ServerConfig; readonly deadlines: SourceDeadlines }
  | { readonly type: "sqlite"; readonly path: string; readonly deadlines: SourceDeadlines };

import type { FaultSource } from "../support/fault_databases.ts";
import type { TcpFault } from "../support/fault_tcp.ts";

/** What is done to one hub's database; `TABLE_` in a statement is the name of the hub's own table. */
export type DatabaseFault =
  | { readonly kind: "tcp"; readonly do: TcpFault }
  /** The connection ends behind a byte of the answer that the seed places, in the middle of the rows. */
  | { readonly kind: "reset among rows" }
  | { readonly kind: "sql"; readonly break: string; readonly mend: string }
  /** The password's Secret, as data; `null` is no Secret at all. */
  | { readonly kind: "secret"; readonly data: Readonly<Record<string, string>> | null }
  /** Fields of the hub's server. */
  | { readonly kind: "server"; readonly fields: Readonly<Record<string, unknown>> }
  /** Connections go to this server and to one that is behind in turn. */
  | { readonly kind: "lagging replica" }
  /** Done to an SQLite file: taken away, replaced by other bytes, cut, or made a folder. */
  | { readonly kind: "file"; readonly is: "gone" | "garbage" | "cut" | "folder" };

/** What the hub tells while the fault lasts. */
export type HubTells =
  /** `SourceAvailable` is False for this reason. */
  | { readonly kind: "unavailable"; readonly reasons: readonly string[] }
  /** The rows were read and their nodes' deletions wait for a person. */
  | { readonly kind: "held" }
  /** The rows are not accepted. */
  | { readonly kind: "rows refused" }
  /** Nothing: the read bears it. */
  | { readonly kind: "fine" };

export interface DatabaseScenario {
  readonly name: string;
  readonly sources: readonly FaultSource[];
  readonly inject: DatabaseFault;
  readonly tells: HubTells;
  /** Three unless told. */
  readonly queryTimeoutSeconds?: number;
  /** Reads as a user with rights on this table's columns only. */
  readonly limited?: true;
  /** Run with every `deno task test`; the others by `deno task faults`. */
  readonly chosen?: true;
}

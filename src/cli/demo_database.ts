import { DatabaseSync } from "node:sqlite";

/** A row of the demo's table, as people see it. */
export interface Customer {
  readonly uid: string;
  readonly plan: string;
  readonly domain: string;
  readonly active: boolean;
}

/** What a statement of `lynq demo sql` gave. */
export type SqlAnswer =
  | { readonly kind: "rows"; readonly columns: readonly string[]; readonly rows: readonly string[][] }
  | { readonly kind: "changed"; readonly rows: number };

/** How long a statement waits for the operator's reads, in milliseconds. */
const BUSY_MS = 5000;
const PLANS = ["free", "pro", "enterprise"];

/** Makes the file with the sample's schema and its three customers, and `extra` more. */
export function createDatabase(path: string, of: { schema: string; extra: number }): void {
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    database.exec("BEGIN");
    database.exec(of.schema);
    const insert = database.prepare("INSERT INTO customers (id, domain, plan) VALUES (?, ?, ?)");
    for (let n = 1; n <= of.extra; n++) {
      const id = `tenant-${String(n).padStart(3, "0")}`;
      insert.run(id, `${id}.example.com`, PLANS[n % PLANS.length] ?? "free");
    }
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}

/** The view that the hub reads, by the columns that the demo shows, in the order of insertion. */
export function readCustomers(path: string): Customer[] {
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  try {
    const rows = database.prepare(
      "SELECT n.node_id, n.plan, n.domain, n.is_active FROM nodes n JOIN customers c ON c.id = n.node_id ORDER BY c.rowid",
    ).all();
    return rows.map((row) => ({
      uid: String(row["node_id"]),
      plan: String(row["plan"]),
      domain: String(row["domain"]),
      active: row["is_active"] === 1,
    }));
  } finally {
    database.close();
  }
}

/** Runs what the user wrote, several statements too. Throws SQLite's error. */
export function runSql(path: string, sql: string): SqlAnswer {
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    const statement = database.prepare(sql);
    const columns = statement.columns().map(({ name }) => name);
    if (columns.length === 0) {
      database.exec(sql);
      return { kind: "changed", rows: Number(database.prepare("SELECT total_changes() AS n").get()?.["n"]) };
    }
    statement.setReadBigInts(true);
    const rows = statement.all().map((row) => columns.map((column) => cellText(row[column])));
    return { kind: "rows", columns, rows };
  } finally {
    database.close();
  }
}

function cellText(cell: unknown): string {
  if (cell === null) return "NULL";
  return cell instanceof Uint8Array ? `(${cell.length} bytes)` : String(cell);
}

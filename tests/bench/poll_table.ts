/** The valueMappings of a hub that reads the table that is polled. */
export const POLL_MAPPINGS = {
  valueMappings: { uid: "id", hostOrUrl: "host", activate: "active" },
  extraValueMappings: { plan: "plan", seats: "seats" },
};

/** Statements that make the table `bench` anew with so many active rows, in any of the databases. */
export function polledTable(rows: number): string {
  const inserts: string[] = [];
  for (let from = 0; from < rows; from += 1000) {
    const values = Array.from({ length: Math.min(1000, rows - from) }, (_, n) => rowOf(from + n));
    inserts.push(`INSERT INTO bench VALUES ${values.join(",")}`);
  }
  return [
    "DROP TABLE IF EXISTS bench",
    "CREATE TABLE bench (id varchar(63) primary key, host varchar(253), active integer, plan varchar(20), seats integer)",
    "BEGIN",
    ...inserts,
    "COMMIT",
  ].map((statement) => `${statement};`).join("\n");
}

function rowOf(n: number): string {
  const id = `tenant-${String(n).padStart(6, "0")}`;
  return `('${id}','https://${id}.example.com',1,'${n % 3 === 0 ? "team" : "basic"}',${n % 500})`;
}

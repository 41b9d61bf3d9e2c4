import type { DatabaseScenario } from "./database_scenario.ts";

const SERVERS = ["mysql", "postgres"] as const;
const ALL = [...SERVERS, "sqlite"] as const;

const unavailable = (...reasons: readonly string[]) => ({ kind: "unavailable", reasons }) as const;

/** What a database and the way to it may do. Deadlines of the hubs: two seconds to connect, three to read. */
export const DATABASE_SCENARIOS: readonly DatabaseScenario[] = [
  {
    name: "refuses connections",
    sources: SERVERS,
    inject: { kind: "tcp", do: { kind: "refuse" } },
    tells: unavailable("ConnectionRefused"),
    chosen: true,
  },
  {
    name: "accepts and says nothing",
    sources: SERVERS,
    inject: { kind: "tcp", do: { kind: "hang" } },
    tells: unavailable("ConnectTimeout"),
    chosen: true,
  },
  {
    name: "stops among the rows and keeps the connection",
    sources: SERVERS,
    inject: { kind: "tcp", do: { kind: "hangAfter", bytes: 20_000 } },
    tells: unavailable("QueryTimeout"),
    chosen: true,
  },
  {
    name: "ends the connection among the rows",
    sources: SERVERS,
    inject: { kind: "reset among rows" },
    tells: unavailable("ConnectionLost"),
    chosen: true,
  },
  {
    name: "answers slowly, in small pieces",
    sources: SERVERS,
    inject: { kind: "tcp", do: { kind: "slow", ms: 4, most: 1024 } },
    tells: { kind: "fine" },
  },
  {
    name: "has another password",
    sources: SERVERS,
    inject: { kind: "secret", data: { password: "another" } },
    tells: unavailable("AuthenticationFailed"),
    chosen: true,
  },
  {
    name: "is asked with an empty password",
    sources: SERVERS,
    inject: { kind: "secret", data: { password: "" } },
    tells: unavailable("AuthenticationFailed", "InvalidConfig"),
  },
  {
    name: "has a Secret without the key",
    sources: SERVERS,
    inject: { kind: "secret", data: { passphrase: "x" } },
    tells: unavailable("InvalidConfig"),
  },
  {
    name: "has no Secret",
    sources: SERVERS,
    inject: { kind: "secret", data: null },
    tells: unavailable("InvalidConfig"),
    chosen: true,
  },
  {
    name: "has a host name without address",
    sources: SERVERS,
    inject: { kind: "server", fields: { host: "nowhere.invalid" } },
    tells: unavailable("UnknownHost"),
  },
  {
    name: "has a certificate of an unknown authority",
    sources: SERVERS,
    inject: { kind: "server", fields: { tls: { mode: "verify-ca" } } },
    tells: unavailable("TlsFailed"),
    chosen: true,
  },
  {
    name: "has a column renamed",
    sources: ALL,
    inject: {
      kind: "sql",
      break: "ALTER TABLE TABLE_ RENAME COLUMN plan TO tier",
      mend: "ALTER TABLE TABLE_ RENAME COLUMN tier TO plan",
    },
    tells: unavailable("ColumnNotFound"),
    chosen: true,
  },
  {
    name: "has the right to a column revoked",
    sources: SERVERS,
    limited: true,
    inject: {
      kind: "sql",
      break: "REVOKE SELECT (plan) ON TABLE_ FROM limited",
      mend: "GRANT SELECT (plan) ON TABLE_ TO limited",
    },
    tells: unavailable("AccessDenied", "ColumnNotFound"),
  },
  ...([
    {
      source: "postgres",
      break: "ALTER TABLE TABLE_ ALTER active TYPE date USING date '2026-01-01' + active::int",
      mend: "ALTER TABLE TABLE_ ALTER active TYPE text USING (active - date '2026-01-01')::text",
    },
    {
      source: "mysql",
      break: "UPDATE TABLE_ SET active = IF(active = '1', '99', '98'); ALTER TABLE TABLE_ MODIFY active YEAR",
      mend:
        "ALTER TABLE TABLE_ MODIFY active VARCHAR(5); UPDATE TABLE_ SET active = IF(active = '1999', '1', '0')",
    },
    {
      source: "sqlite",
      break: "UPDATE TABLE_ SET active = active + 0.5",
      mend: "UPDATE TABLE_ SET active = CAST(active - 0.5 AS INTEGER)",
    },
  ] as const).map(({ source, ...sql }): DatabaseScenario => ({
    name: "has the column that switches rows on retyped",
    sources: [source],
    inject: { kind: "sql", ...sql },
    tells: { kind: "rows refused" },
  })),
  {
    name: "has another table under the name",
    sources: ALL,
    inject: {
      kind: "sql",
      break: "ALTER TABLE TABLE_ RENAME TO TABLE_old; CREATE TABLE TABLE_ (something INT)",
      mend: "DROP TABLE TABLE_; ALTER TABLE TABLE_old RENAME TO TABLE_",
    },
    tells: unavailable("ColumnNotFound"),
  },
  {
    name: "has no table under the name",
    sources: ALL,
    inject: {
      kind: "sql",
      break: "ALTER TABLE TABLE_ RENAME TO TABLE_old",
      mend: "ALTER TABLE TABLE_old RENAME TO TABLE_",
    },
    tells: unavailable("TableNotFound"),
  },
  {
    name: "has an empty table under the name",
    sources: ALL,
    inject: {
      kind: "sql",
      break:
        "ALTER TABLE TABLE_ RENAME TO TABLE_old; CREATE TABLE TABLE_ (id VARCHAR(40), plan VARCHAR(300), active VARCHAR(5))",
      mend: "DROP TABLE TABLE_; ALTER TABLE TABLE_old RENAME TO TABLE_",
    },
    tells: { kind: "held" },
    chosen: true,
  },
  {
    name: "hides every row by a policy",
    sources: ["postgres"],
    inject: {
      kind: "sql",
      break: "ALTER TABLE TABLE_ ENABLE ROW LEVEL SECURITY",
      mend: "ALTER TABLE TABLE_ DISABLE ROW LEVEL SECURITY",
    },
    tells: { kind: "held" },
  },
  ...([["mysql", "SLEEP(600)"], ["postgres", "pg_sleep(600)"]] as const).map(
    ([source, sleep]): DatabaseScenario => ({
      name: "never ends the query",
      sources: [source],
      inject: {
        kind: "sql",
        break: `ALTER TABLE TABLE_ RENAME TO TABLE_old;
          CREATE VIEW TABLE_ AS SELECT id, plan, CONCAT(active, ${sleep}) AS active FROM TABLE_old`,
        mend: "DROP VIEW TABLE_; ALTER TABLE TABLE_old RENAME TO TABLE_",
      },
      tells: unavailable("QueryTimeout"),
    }),
  ),
  ...([
    ["mysql", "SELECT CAST(seq AS CHAR) AS id, '' AS plan, '0' AS active FROM seq_1_to_900000000000"],
    [
      "postgres",
      "SELECT generate_series(1, 900000000000)::text AS id, '' AS plan, '0' AS active",
    ],
    [
      "sqlite",
      "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s) SELECT CAST(n AS TEXT) AS id, '' AS plan, '0' AS active FROM s",
    ],
  ] as const).map(([source, rows]): DatabaseScenario => ({
    name: "sends rows without end",
    sources: [source],
    inject: {
      kind: "sql",
      break: `ALTER TABLE TABLE_ RENAME TO TABLE_old; CREATE VIEW TABLE_ AS ${rows}`,
      mend: "DROP VIEW TABLE_; ALTER TABLE TABLE_old RENAME TO TABLE_",
    },
    queryTimeoutSeconds: 120,
    tells: unavailable("TooLarge"),
  })),
  {
    name: "is a replica that lags, and one that does not, in turn",
    sources: SERVERS,
    inject: { kind: "lagging replica" },
    tells: { kind: "fine" },
  },
  {
    name: "has lost its file",
    sources: ["sqlite"],
    inject: { kind: "file", is: "gone" },
    tells: unavailable("DatabaseNotFound"),
    chosen: true,
  },
  {
    name: "has other bytes in its file",
    sources: ["sqlite"],
    inject: { kind: "file", is: "garbage" },
    tells: unavailable("InvalidConfig"),
  },
  {
    name: "has a file that ends in the middle",
    sources: ["sqlite"],
    inject: { kind: "file", is: "cut" },
    tells: unavailable("QueryFailed"),
  },
  {
    name: "has a folder in place of its file",
    sources: ["sqlite"],
    inject: { kind: "file", is: "folder" },
    tells: unavailable("InvalidConfig"),
  },
];

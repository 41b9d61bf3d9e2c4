import assert from "node:assert/strict";
import type { HubStatus } from "../../src/api/hub.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import {
  cannotStart,
  type DatabaseServer,
  type SqliteFile,
  sqliteFile,
  startPostgres,
} from "../support/databases.ts";
import { ODD_TABLES, ODD_TEXTS, ODD_UIDS, oddRows, type OddTable } from "../support/odd_rows.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { rowLab } from "../support/row_lab.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";

const others: { postgres?: DatabaseServer; sqlite?: SqliteFile } = {};

function source(lab: OperatorLab, { type }: OddTable): string {
  if (type === "sqlite") return `sqlite: {path: ${others.sqlite?.path}, table: odd}`;
  const { host, port, username, database } = serverOf(lab, type);
  return `${type}: {host: ${host}, port: ${port}, username: ${username}, database: ${database}, table: odd,
      passwordRef: {name: ${type}, key: password}}`;
}

function serverOf({ db }: OperatorLab, type: "mysql" | "postgres"): DatabaseServer {
  if (type === "mysql") return db;
  assert(others.postgres !== undefined);
  return others.postgres;
}

async function exec(lab: OperatorLab, table: OddTable, sql: string): Promise<void> {
  if (table.type === "sqlite") others.sqlite?.exec(sql);
  else await serverOf(lab, table.type).exec(sql);
}

function objects(lab: OperatorLab, table: OddTable): string {
  const { type } = table;
  const secret = type === "sqlite" ? "" : `
apiVersion: v1
kind: Secret
metadata: {name: ${type}, namespace: ${lab.namespace}}
stringData: {password: ${JSON.stringify(serverOf(lab, type).password)}}
---`;
  return `${secret}
apiVersion: ${API}
kind: LynqHub
metadata: {name: ${type}, namespace: ${lab.namespace}}
spec:
  source:
    type: ${type}
    syncInterval: 1s
    ${source(lab, table)}
  valueMappings: {uid: id, activate: active}
  extraValueMappings: {value: value, number: number, day: day, raw: raw}
---
apiVersion: ${API}
kind: LynqForm
metadata: {name: ${type}, namespace: ${lab.namespace}}
spec:
  hubId: ${type}
  configMaps:
  - id: config
    nameTemplate: "{{ .uid }}-${type}"
    spec:
      apiVersion: v1
      kind: ConfigMap
      data: {value: "{{ .value }}", number: "{{ .number }}", day: "{{ .day }}", raw: "{{ .raw }}"}
`;
}

/** One operator over all three databases. */
async function prepare(lab: OperatorLab): Promise<void> {
  const { db } = lab;
  const postgres = others.postgres = await startPostgres();
  const sqlite = others.sqlite = await sqliteFile("SELECT 1");
  await lab.operator.stop();
  lab.operator = await lab.start([
    `--source-hosts=${db.host}:${db.port},${postgres.host}:${postgres.port}`,
    `--source-paths=${sqlite.path}`,
  ]);
  for (const table of ODD_TABLES) await exec(lab, table, oddRows(table));
  for (const table of ODD_TABLES) await lab.objects.apply(objects(lab, table));
}

const data = async (lab: OperatorLab, name: string) =>
  (await rowLab(lab).config(name))?.["data"] as Record<string, string> | undefined;

async function literally(lab: OperatorLab): Promise<void> {
  for (const { type, told } of ODD_TABLES) {
    for (const [n, value] of ODD_TEXTS.entries()) {
      const found = await until(`t${n}-${type}`, () => data(lab, `t${n}-${type}`));
      assert.deepEqual({ ...found }, { value, ...told, raw: "fine" }, `${type} ${JSON.stringify(value)}`);
    }
  }
}

async function quarantined(lab: OperatorLab): Promise<void> {
  const { conditionIs, own, nodes } = rowLab(lab);
  for (const { type } of ODD_TABLES) {
    await conditionIs("LynqHub", type, { type: "RowsAccepted", status: "False", reason: "InvalidUid" });
    await conditionIs("LynqHub", type, { type: "Ready", status: "True" });
    const { quarantined, quarantinedRows = [] } = (await own("LynqHub", type))?.["status"] as HubStatus;
    assert.equal(quarantined, ODD_UIDS.length + 1, type);
    assert(quarantinedRows.every(({ reason, message }) => reason === "InvalidUid" && message !== ""));
    await until(`every other row of ${type} to have its node`, async () => {
      const made = (await nodes()).filter((name) => name.endsWith(`-${type}`));
      return made.length === ODD_TEXTS.length + 2;
    });
  }
}

/** A row whose cell turns into no text keeps its node, and a new row beside it gets its own. */
async function unusable(lab: OperatorLab): Promise<void> {
  const { conditionIs, condition, own } = rowLab(lab);
  for (const table of ODD_TABLES) {
    const { bytes, long, text, number, day } = table;
    const fine = table.type === "postgres" ? "'\\x66696e65'::bytea" : text("fine");
    const mode = table.type === "mysql" ? "SET SESSION sql_mode = ''; " : "";
    await exec(
      lab,
      table,
      `${mode}UPDATE odd SET raw = ${bytes}, value = 'lost' WHERE id = 'bytes';
      UPDATE odd SET raw = ${long}, value = 'lost' WHERE id = 'long';
      INSERT INTO odd VALUES ('later', 'x', ${number}, ${day}, ${fine}, 1)`,
    );
  }
  for (const { type } of ODD_TABLES) {
    const uid = (await own("LynqNode", `bytes-${type}`))?.metadata.uid;
    await until(`later-${type}`, () => data(lab, `later-${type}`));
    for (const row of ["bytes", "long"]) {
      await conditionIs("LynqNode", `${row}-${type}`, {
        type: "RowAccepted",
        status: "False",
        reason: "InvalidValue",
      });
      assert.deepEqual([
        (await data(lab, `${row}-${type}`))?.["raw"],
        (await data(lab, `${row}-${type}`))?.["value"],
      ], [
        "fine",
        "x",
      ]);
    }
    assert.equal((await own("LynqNode", `bytes-${type}`))?.metadata.uid, uid);
    assert.equal((await condition("LynqHub", type, "SourceAvailable"))?.status, "True");
    assert.equal((await condition("LynqHub", type, "DeletionHeld"))?.status, "False");
  }
}

async function mended(lab: OperatorLab): Promise<void> {
  const { conditionIs, configHolds } = rowLab(lab);
  for (const table of ODD_TABLES) {
    await exec(lab, table, "UPDATE odd SET raw = NULL, value = 'mended' WHERE id IN ('bytes', 'long')");
  }
  for (const { type } of ODD_TABLES) {
    for (const row of ["bytes", "long"]) {
      await configHolds(`${row}-${type}`, { value: "mended", raw: "" });
      await conditionIs("LynqNode", `${row}-${type}`, { type: "RowAccepted", status: "True" });
    }
  }
}

Deno.test.afterAll(async () => {
  await others.postgres?.stop();
  await others.sqlite?.remove();
});

const reason = cannotStart("postgres");
if (reason !== undefined) Deno.test({ name: `odd rows (skipped: ${reason})`, ignore: true, fn: () => {} });
else {
  operatorTest(answer, "odd rows of three databases hold up no other", {
    prepare,
    steps: [
      { title: "texts that mean something elsewhere are written as they are", run: literally },
      { title: "rows whose uid can't name an object are left out and told", run: quarantined },
      { title: "a cell that no text can hold keeps its row as it was", run: unusable },
      { title: "rows that are mended go on", run: mended },
    ],
  });
}

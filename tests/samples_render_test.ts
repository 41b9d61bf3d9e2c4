/** Every sample of a hub or form is read, checked and rendered with the first row that its SQL makes. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { parseAllDocuments } from "yaml";
import { type FormSpec, formSpec } from "../src/api/form.ts";
import { type HubSpec, hubSpec } from "../src/api/hub.ts";
import type { Row } from "../src/api/row.ts";
import { checkForm } from "../src/form/check.ts";
import { arraysOf } from "../src/form/revision.ts";
import { columnsOf, judgeRow } from "../src/hub/rows.ts";
import { prepareForm } from "../src/node/prepared_form.ts";
import { buildVariables } from "../src/node/variables.ts";

const SAMPLES = new URL("../manifests/samples/", import.meta.url);

interface Sample {
  readonly file: string;
  readonly kind: string;
  readonly name: string;
  readonly spec: unknown;
}

async function samplesOf(folder: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const { name: file } of Deno.readDir(new URL(`${folder}/`, SAMPLES))) {
    if (!file.endsWith(".yaml")) continue;
    for (
      const document of parseAllDocuments(await Deno.readTextFile(new URL(`${folder}/${file}`, SAMPLES)))
    ) {
      const { kind, metadata, spec } = document.toJS() as Omit<Sample, "name"> & {
        metadata: { name: string };
      };
      samples.push({ file, kind, name: metadata.name, spec });
    }
  }
  return samples;
}

/** The sample's SQL as SQLite takes it: a database of its own, without MySQL's USE, clock and column types' extras. */
function forSqlite(sql: string): string {
  return sql.replace(/\bNOW\(\) \+ INTERVAL (\d+) (\w+)/g, "datetime('now', '+$1 $2')")
    .replace(/\bNOW\(\)/g, "datetime('now')")
    .replace(/^(CREATE DATABASE|USE|GRANT|CREATE USER)\b[^;]*;/gim, "")
    .replace(/\bCREATE OR REPLACE VIEW\b/gi, "CREATE VIEW")
    .replace(/\bAUTO_INCREMENT\b|\bON UPDATE CURRENT_TIMESTAMP\b/gi, "");
}

function tableOf({ source }: HubSpec): string {
  return (source.mysql ?? source.postgres ?? source.sqlite)?.table ?? "";
}

/** The first row that the hub would read, by the same functions; where the sample has it switched off, as switched on. */
function firstRow(hub: HubSpec, sql: string): Row {
  using database = new DatabaseSync(":memory:");
  database.exec(forSqlite(sql));
  const columns = columnsOf(hub);
  const list = columns.map(({ column }, n) => `CAST("${column}" AS TEXT) AS c${n}`).join(", ");
  const cells = database.prepare(`SELECT ${list} FROM "${tableOf(hub).split(".").at(-1)}"`).get();
  const judge = (activate?: string) =>
    judgeRow(Object.fromEntries(columns.map(({ variable, column }, n) => {
      const text = column === hub.valueMappings.activate ? activate : undefined;
      return [variable, text ?? String(cells?.[`c${n}`] ?? "")];
    })));
  const verdict = judge().kind === "inactive" ? judge("1") : judge();
  assert(verdict.kind === "active", JSON.stringify(verdict));
  return verdict.row;
}

function renderAll(form: Sample, spec: FormSpec, row: Row): void {
  const node = { namespace: "lynq-system", name: `${row.uid}-${form.name}`, uid: "u" };
  const built = buildVariables({
    spec: { uid: row.uid, templateRef: form.name, hubId: spec.hubId, values: { ...row.values } },
    annotations: {},
  });
  assert(built.kind === "variables");
  for (const resource of prepareForm(arraysOf(spec)).resources) {
    assert.notEqual(resource.inclusion(built.variables).kind, "unrendered", resource.id);
    const rendered = resource.render(node, built.variables);
    const told = rendered.kind === "unrendered"
      ? `${rendered.id}, ${rendered.field}: ${rendered.message}`
      : "";
    assert.equal(told, "");
    assert(!JSON.stringify(rendered.kind === "rendered" ? rendered.object : {}).includes("{{"), resource.id);
  }
}

for (const { name: folder, isDirectory } of [...Deno.readDirSync(SAMPLES)]) {
  if (!isDirectory) continue;
  Deno.test(`the sample ${folder} parses, is valid, and renders with its first row`, async (t) => {
    const samples = await samplesOf(folder);
    const hubs = new Map(
      samples.filter(({ kind }) => kind === "LynqHub").map(({ name, spec }) => [name, hubSpec.parse(spec)]),
    );
    const sql = await Deno.readTextFile(new URL(`${folder}/schema.sql`, SAMPLES));
    const forms = samples.filter(({ kind }) => kind === "LynqForm");
    assert(hubs.size > 0 && forms.length > 0, "a sample has a hub and a form");
    for (const form of forms) {
      await t.step(`${form.file} ${form.name}`, () => {
        const spec = formSpec.strict().parse(form.spec);
        const hub = hubs.get(spec.hubId);
        assert.deepEqual(checkForm({ namespace: "ns", spec, hub: hub ?? "absent" }), []);
        assert(hub);
        renderAll(form, spec, firstRow(hub, sql));
      });
    }
  });
}

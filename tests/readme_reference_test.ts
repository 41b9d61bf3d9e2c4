/** The README's reference against the sources: what is added there has to be told here, and what is told has to be there. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { FIELD_MANAGER, FORM_FINALIZER, HUB_FINALIZER, NODE_FINALIZER } from "../src/api/labels.ts";
import { ANNOTATION, LABEL } from "../src/api/labels.ts";
import { RESOURCE_ARRAYS } from "../src/api/resource.ts";
import { createMetrics } from "../src/telemetry/prometheus.ts";

const ROOT = new URL("../", import.meta.url);
const readme = await Deno.readTextFile(new URL("README.md", ROOT));

/** The text below a heading, up to the next one. */
function section(heading: string): string {
  const [, text = ""] = readme.split(`\n### ${heading}\n`);
  assert.notEqual(text, "", `the README has no section ${heading}`);
  return text.split(/\n##+ /)[0] ?? "";
}

/** Everything in backquotes, `a.{b,c}` as a.b and a.c, `list[].x` as list.x. */
function terms(text: string): Set<string> {
  return new Set(
    [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, term = ""]) => expand(term.replaceAll("[]", ""))),
  );
}

function expand(term: string): string[] {
  const [, before = "", list, after = ""] = term.match(/^([^{]*)\{([\w,]+)\}(.*)$/) ?? [];
  return list === undefined ? [term] : list.split(",").flatMap((each) => expand(`${before}${each}${after}`));
}

/** The terms in the first column of a section's tables. */
function firstColumn(heading: string): Set<string> {
  const cells = section(heading).split("\n").filter((line) => line.startsWith("| `")).map((line) =>
    line.split("|")[1]
  );
  return terms(cells.join("\n"));
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

async function schemaOf(kind: "hub" | "form" | "node"): Promise<Readonly<Record<string, Schema>>> {
  const crd = parse(await Deno.readTextFile(new URL(`crds/operator.lynq.sh_lynq${kind}s.yaml`, ROOT)));
  return crd.spec.versions[0].schema.openAPIV3Schema.properties;
}

const ARRAYS: ReadonlySet<string> = new Set(RESOURCE_ARRAYS);

/** Paths of the fields that hold values; those of a resource and of a condition are told once for all. */
function paths(schema: Schema | undefined, path = ""): string[] {
  const fields = Object.entries((schema?.items ?? schema)?.properties ?? {});
  if (fields.length === 0) return [path];
  return fields.flatMap(([name, field]) => {
    const at = path === "" ? name : `${path}.${name}`;
    return ARRAYS.has(name) || name === "conditions" ? [at] : paths(field, at);
  });
}

function missing(wanted: Iterable<string>, told: ReadonlySet<string>): string[] {
  return [...wanted].filter((each) => !told.has(each)).toSorted();
}

Deno.test("every field of hub and form is told, and nothing else", async (t) => {
  for (const [kind, heading] of [["hub", "LynqHub"], ["form", "LynqForm"]] as const) {
    await t.step(heading, async () => {
      const { spec, status } = await schemaOf(kind);
      assert.deepEqual(missing([...paths(spec), ...paths(status)], terms(section(heading))), []);
      assert.deepEqual(missing(firstColumn(heading), new Set(paths(spec))), []);
    });
  }
});

Deno.test("every field of a resource is told with its default, and nothing else", async () => {
  const { spec } = await schemaOf("form");
  const fields = spec?.properties?.["deployments"]?.items?.properties ?? {};
  assert.deepEqual([...firstColumn("A resource of a form")].toSorted(), Object.keys(fields).toSorted());
  const rows = section("A resource of a form").split("\n").filter((line) => line.startsWith("| `"));
  for (const [name, field] of Object.entries(fields)) {
    const { default: value } = field as { default?: unknown };
    if (value === undefined) continue;
    const cell = rows.find((row) => row.includes(`\`${name}\``))?.split("|")[2]?.trim();
    assert.equal(cell?.replaceAll("`", ""), String(value), `default of ${name}`);
  }
});

Deno.test("every field of a node is told", async () => {
  const { spec, status } = await schemaOf("node");
  const told = terms(section("LynqNode"));
  const inRecords = (path: string) => path.replace(/^resources\./, "");
  const arrays = new Set<string>(RESOURCE_ARRAYS);
  const wanted = [...paths(spec), ...paths(status).map(inRecords)].filter((path) => !arrays.has(path));
  assert.deepEqual(missing(wanted, told), []);
});

Deno.test("every label, annotation and finalizer is told, and nothing else", () => {
  const heading = "Labels, annotations, finalizers";
  const names = [...Object.values(LABEL), ...Object.values(ANNOTATION)];
  const finalizers = [HUB_FINALIZER, FORM_FINALIZER, NODE_FINALIZER, FIELD_MANAGER];
  assert.deepEqual(missing([...names, ...finalizers], terms(section(heading))), []);
  const others = [...firstColumn(heading)].filter((name) => !name.startsWith("claim.lynq.sh/"));
  assert.deepEqual(missing(others, new Set<string>(names)), []);
});

Deno.test("every metric is told, and nothing else", async () => {
  const metrics = createMetrics();
  metrics.apiTraffic(() => ({ inFlight: 0, limit: 0, waiting: 0, refused: 0, rateLimited: 0 }));
  const text = await metrics.render();
  const names = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map((match) => match[1] ?? ""));
  assert.ok(names.size > 30);
  const told = firstColumn("Metrics");
  assert.deepEqual(missing(names, told), []);
  assert.deepEqual(missing(told, names), []);
});

/** Words of the sources that look like reasons and are kinds, values of Kubernetes' own fields, or never leave the process. */
const NO_REASONS: ReadonlySet<string> = new Set(
  ("ConfigMap ControllerRevision CustomResourceDefinition DaemonSet LynqForm LynqHub LynqNode PersistentVolumeClaim " +
    "ReplicaSet StatefulSet StorageClass AbleToScale DoesNotExist LoadBalancer NamesAccepted NotIn OnDelete " +
    "PodScheduled ReplicaFailure CellError FieldError FormGone NotAFile NotFound RowGone RowInactive ServerError " +
    "SourceError UnusableCell").split(" "),
);

/** The sources of the rooms that tell reasons, by path. */
async function sources(): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const room of ["api", "hub", "form", "node", "source"]) {
    for await (const { name } of Deno.readDir(new URL(`src/${room}/`, ROOT))) {
      if (!name.endsWith(".ts") || name.endsWith("_test.ts")) continue;
      texts.set(`src/${room}/${name}`, await Deno.readTextFile(new URL(`src/${room}/${name}`, ROOT)));
    }
  }
  return texts;
}

Deno.test("every reason of conditions, events and resources is told", async () => {
  const told = terms(readme);
  const unknown = [...await sources()].flatMap(([path, text]) => {
    const words = [...text.matchAll(/"([A-Z][a-z]+(?:[A-Z]+[a-z]+)+)"/g)].map((match) => match[1] ?? "");
    return missing(new Set(words), told).filter((word) => !NO_REASONS.has(word)).map((word) =>
      `${word} of ${path}`
    );
  });
  assert.deepEqual(unknown, []);
});

Deno.test("every condition and event that is told is in the sources", async () => {
  const all = [...(await sources()).values()].join("\n");
  const tables = ["Conditions", "Events"].flatMap((heading) => section(heading).split("\n"));
  const told = [...terms(tables.filter((line) => line.startsWith("|")).join("\n"))];
  assert.ok(told.length > 60);
  assert.deepEqual(told.filter((reason) => !all.includes(`"${reason}"`)), []);
});

Deno.test("the table of differences has every number once, in order", () => {
  const rows = section("What differs from the Go implementation").split("\n").filter((line) =>
    /^\| \d+ /.test(line)
  );
  const numbers = rows.map((row) => Number(row.split("|")[1]));
  assert(numbers.length >= 45);
  assert.deepEqual(numbers, Array.from({ length: numbers.length }, (_, n) => n + 1));
});

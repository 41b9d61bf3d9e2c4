import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { isMap, isScalar, parseAllDocuments, parseDocument, visit } from "yaml";

const SAMPLES = new URL("../manifests/samples/", import.meta.url);
const SEEDS = new URL("./golden/seeds/", import.meta.url);

/** Template variables that stand unquoted in a seed, and the function that gives them their type in the sample. */
const UNQUOTED: Readonly<Record<string, "int" | "bool">> = {
  apiReplicas: "int",
  webReplicas: "int",
  workerReplicas: "int",
  dbStorageGb: "int",
  dbMultiAz: "bool",
};

/** What a sample of a complete seed says in addition. */
const ADDED: Readonly<Record<string, readonly string[]>> = {
  "record-ops-hub": ["spec", "extraValueMappings", "deployImage"],
  "database-per-node-form": ["spec", "manifests", "0", "readyWhen"],
};

interface Block {
  readonly name: string;
  readonly kind: string;
  readonly home: string;
}

interface MappedHub {
  readonly source: { readonly sqlite: { readonly table: string } };
  readonly valueMappings: Readonly<Record<string, string>>;
  readonly extraValueMappings: Readonly<Record<string, string>>;
}

const blocks = listedBlocks(await Deno.readTextFile(new URL("seeds.md", SAMPLES)));

/** The rows of the table in seeds.md. */
function listedBlocks(markdown: string): Block[] {
  return markdown.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| block ")).map(
    (line) => {
      const [name = "", , kind = "", home = ""] = line.split("|").slice(1).map((cell) => cell.trim());
      return { name, kind, home };
    },
  );
}

function seedText(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`${name}.seed.yaml`, SEEDS));
}

/** A seed as a value: unquoted templates quoted and typed, doubled keys of lists merged, nulls dropped. */
function seedValue(text: string): unknown {
  const quoted = text.replace(/: \{\{ \.(\w+) \}\}$/gm, (whole, variable: string) => {
    const type = UNQUOTED[variable];
    return type === undefined ? whole : `: "{{ .${variable} | ${type} }}"`;
  });
  const document = parseDocument(quoted, { uniqueKeys: false });
  assert.deepEqual(document.errors, []);
  visit(document, { Map: (_key, map) => mergeDoubledLists(map) });
  return document.toJS();
}

function mergeDoubledLists(map: { items: { key: unknown; value: unknown }[] }): void {
  const first = new Map<unknown, { value: unknown }>();
  map.items = map.items.filter((pair) => {
    const key = isScalar(pair.key) ? pair.key.value : pair.key;
    const earlier = first.get(key);
    if (earlier === undefined) return Boolean(first.set(key, pair));
    const [into, from] = [earlier.value, pair.value] as { items: unknown[] }[];
    into?.items.push(...from?.items ?? []);
    return false;
  });
}

async function sampleDocuments(home: string): Promise<unknown[]> {
  const documents = parseAllDocuments(await Deno.readTextFile(new URL(home, SAMPLES)));
  return documents.map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS();
  });
}

/** True when every value of `part` is in `whole`: maps by key, list entries by `id` or `name`, null is anything. */
function contains(whole: unknown, part: unknown): boolean {
  if (part === null) return true;
  if (Array.isArray(part)) {
    return Array.isArray(whole) &&
      part.every((entry) => whole.some((candidate) => contains(candidate, entry)));
  }
  if (typeof part !== "object") return Object.is(whole, part);
  if (typeof whole !== "object" || whole === null) return false;
  return Object.entries(part as object).every(([key, value]) =>
    key === "status" || contains((whole as Record<string, unknown>)[key], value)
  );
}

function without(value: unknown, path: readonly string[]): unknown {
  const copy = structuredClone(value);
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], copy);
  delete (parent as Record<string, unknown>)[path.at(-1) ?? ""];
  return copy;
}

Deno.test("seeds.md lists exactly the blocks that are kept", async () => {
  const files = (await Array.fromAsync(Deno.readDir(SEEDS))).map((entry) =>
    entry.name.replace(".seed.yaml", "")
  );
  assert.deepEqual(blocks.map((block) => block.name).toSorted(), files.toSorted());
  assert.equal(blocks.length, 33);
});

Deno.test("a complete seed and its sample say the same", async (t) => {
  for (const { name, home } of blocks.filter((block) => block.kind === "complete")) {
    await t.step(name, async () => {
      const seed = seedValue(await seedText(name));
      const candidates = (await sampleDocuments(home)).map((value) =>
        without(value, ADDED[name] ?? ["none"])
      );
      const same = candidates.find((value) => contains(value, seed));
      assert.deepEqual(same, seed);
    });
  }
});

Deno.test("a sample keeps every value of its fragment", async (t) => {
  const fragments = blocks.filter((block) => block.kind === "fragment" && block.home.endsWith(".yaml"));
  for (const { name, home } of fragments) {
    await t.step(name, async () => {
      const seed = seedValue(await seedText(name));
      const wholes = (await sampleDocuments(home)).flatMap((
        value,
      ) => [value, (value as { spec: unknown }).spec]);
      assert.ok(wholes.some((whole) => contains(whole, seed)), `${home} lacks a value of ${name}`);
    });
  }
});

Deno.test("what is listed as status or as written by others has no sample", () => {
  const homes = blocks.filter((block) => block.home.startsWith("written by")).map((block) => block.name);
  assert.equal(homes.length, 5);
  for (const name of homes) assert.match(name, /-status$|-secret$/);
});

Deno.test("an invalid seed is refused by YAML or holds values that Kubernetes refuses", async (t) => {
  for (const { name } of blocks.filter((block) => block.kind === "invalid")) {
    await t.step(name, async () => {
      const document = parseDocument(await seedText(name));
      if (document.errors.length > 0) return;
      const value = document.toJS() as { data?: Record<string, string> } | string;
      const data = typeof value === "string" ? {} : value.data ?? {};
      const bad = Object.values(data).filter((text) => !/^[A-Za-z0-9+/]*={0,2}$/.test(text));
      assert.ok(typeof value === "string" || bad.length > 0, `${name} reads as a sound manifest`);
    });
  }
});

Deno.test("every sample is one Kubernetes manifest a document, without doubled keys", async (t) => {
  for await (const folder of Deno.readDir(SAMPLES)) {
    if (!folder.isDirectory) continue;
    for await (const file of Deno.readDir(new URL(`${folder.name}/`, SAMPLES))) {
      if (!file.name.endsWith(".yaml")) continue;
      await t.step(`${folder.name}/${file.name}`, async () => {
        for (const value of await sampleDocuments(`${folder.name}/${file.name}`)) {
          const { apiVersion, kind, metadata } = value as Record<string, { name?: unknown }>;
          assert.equal(typeof apiVersion, "string");
          assert.equal(typeof kind, "string");
          assert.equal(typeof metadata?.name, "string");
        }
      });
    }
  }
});

Deno.test("the columns that the demo's hub maps are columns of the view that it reads", async () => {
  const [hub] = await sampleDocuments("demo/hub.yaml");
  const { source, valueMappings, extraValueMappings } = (hub as { spec: MappedHub }).spec;
  using database = new DatabaseSync(":memory:");
  database.exec(await Deno.readTextFile(new URL("demo/schema.sql", SAMPLES)));
  const columns = [...Object.values(valueMappings), ...Object.values(extraValueMappings)];
  const rows = database.prepare(`SELECT ${columns.join(", ")} FROM ${source.sqlite.table}`).all();
  assert.deepEqual(rows.map((row) => row["plan"]).toSorted(), ["enterprise", "free", "pro"]);
});

Deno.test("the check of a fragment sees a value that is missing", () => {
  const document = parseDocument("a: [{ id: x, n: 1 }]");
  assert.ok(isMap(document.contents));
  const value = document.toJS();
  assert.equal(contains(value, { a: [{ id: "x" }] }), true);
  assert.equal(contains(value, { a: [{ id: "x", n: 2 }] }), false);
  assert.equal(contains(value, { a: [{ id: "y" }] }), false);
});

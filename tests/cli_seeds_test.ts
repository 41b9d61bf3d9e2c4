import assert from "node:assert/strict";
import { parseAllDocuments, parseDocument } from "yaml";
import { lazySchemas } from "../src/cli/fmt.ts";
import { formatYaml } from "../src/cli/format.ts";
import { type Manifest, readManifests } from "../src/cli/manifest.ts";
import { OfflineKinds } from "../src/cli/offline_kinds.ts";
import { renderForms, type Rendering } from "../src/cli/rendering.ts";
import { type GivenRow, hubSpecOf, verdictOf } from "../src/cli/row_input.ts";
import { validateManifests } from "../src/cli/validate.ts";
import { unpackSchemas } from "../src/sandbox/schema_kinds.ts";

const SAMPLES = new URL("../manifests/samples/", import.meta.url);
const SEEDS = new URL("./golden/seeds/", import.meta.url);
const schemas = lazySchemas();
const kinds = new OfflineKinds(unpackSchemas(), []);

interface CompleteSeed {
  readonly name: string;
  readonly text: string;
  readonly home: string;
}

const seeds = await completeSeeds();

/** The blocks that seeds.md lists as whole manifests. */
async function completeSeeds(): Promise<CompleteSeed[]> {
  const lines = (await Deno.readTextFile(new URL("seeds.md", SAMPLES))).split("\n");
  const cells = lines.map((line) => line.split("|").slice(1).map((cell) => cell.trim()));
  return await Promise.all(
    cells.filter(([, , kind]) => kind === "complete").map(async ([name = "", , , home = ""]) => {
      const text = await Deno.readTextFile(new URL(`${name}.seed.yaml`, SEEDS));
      return { name, text, home };
    }),
  );
}

/** The document of a sample file that is about the same object as a seed. */
async function sampleOf({ home }: CompleteSeed, seed: Manifest): Promise<unknown> {
  const documents = parseAllDocuments(await Deno.readTextFile(new URL(home, SAMPLES)));
  const values = documents.map((document) => document.toJS() as { kind: string; metadata: { name: string } });
  return values.find(({ kind, metadata }) => kind === seed.kind && metadata.name === seed.name);
}

function manifestOf(file: string, text: string): Manifest {
  const { manifests, problems } = readManifests({ name: file, text }, schemas);
  assert.deepEqual(problems, []);
  const [manifest] = manifests;
  assert.ok(manifest !== undefined && manifests.length === 1);
  return manifest;
}

/** A row with a value for everything that the seeds' forms read. */
const ROW: GivenRow = {
  uid: "acme",
  webReplicas: "2",
  apiReplicas: "3",
  workerReplicas: "4",
  dbSize: "large",
  enableAnalytics: "true",
  enableNotifications: "0",
  dbInstanceClass: "db.m5.large",
  dbStorageGb: "100",
  dbMultiAz: "yes",
  planType: "enterprise",
};

function rendered(form: Manifest): Rendering {
  const spec = hubSpecOf([ROW]);
  const rows = [verdictOf(spec, ROW)];
  return renderForms({
    hub: { name: "hub", namespace: "lynq-system", spec },
    forms: [form],
    rows,
    kinds,
    seed: "",
  });
}

/** The objects with what is random or of this moment replaced. */
function stable({ documents }: Rendering): unknown {
  return documents.map((document) =>
    JSON.parse(
      JSON.stringify(document).replace(/"password":"\w+={0,2}"/g, '"password":"*"').replace(
        /-\d{14}"/g,
        '-*"',
      ),
    )
  );
}

Deno.test("lynq fmt makes of every complete seed what its sample says, and then has nothing more to do", async (t) => {
  assert.ok(seeds.length >= 11);
  for (const seed of seeds) {
    await t.step(seed.name, async () => {
      const { text, problems } = formatYaml(seed.text, schemas);
      assert.deepEqual(problems, []);
      const again = formatYaml(text, schemas);
      assert.deepEqual({ text: again.text, changes: again.changes }, { text, changes: [] });
      const document = parseDocument(text);
      assert.deepEqual(document.errors, []);
      const sample = await sampleOf(seed, manifestOf(seed.name, seed.text)) as {
        spec: Record<string, unknown>;
      };
      const value = document.toJS();
      // What the samples say in addition, as manifests/samples/seeds.md tells.
      if (seed.name === "record-ops-hub") value.spec.extraValueMappings.deployImage = "container_image";
      if (seed.name === "database-per-node-form") {
        const [database] = sample.spec["manifests"] as { readyWhen?: string }[];
        value.spec.manifests[0].readyWhen = database?.readyWhen;
      }
      assert.deepEqual(value, sample);
    });
  }
});

Deno.test("lynq fmt keeps every comment of the seeds and the order of their lines", async (t) => {
  for (const seed of seeds) {
    await t.step(seed.name, () => {
      const comments = (text: string) =>
        text.split("\n").flatMap((line) => /(?:^|\s)#.*$/.exec(line)?.[0].trim() ?? []);
      const { text } = formatYaml(seed.text, schemas);
      assert.deepEqual(comments(text).toSorted(), comments(seed.text).toSorted());
      if (seed.name !== "multi-tier-data") {
        assert.deepEqual(text.replace(/"\{\{ (\.\w+) \| \w+ \}\}"/g, "{{ $1 }}"), seed.text);
      }
    });
  }
});

Deno.test("lynq render gives the same objects for a seed's form and for its sample", async (t) => {
  for (const seed of seeds.filter(({ text }) => /^kind: LynqForm$/m.test(text))) {
    await t.step(seed.name, async () => {
      const form = manifestOf(seed.name, seed.text);
      const ours = rendered(form);
      assert.deepEqual(ours.problems, []);
      assert.ok(ours.documents.length > 0);
      const sample = manifestOf(seed.home, JSON.stringify(await sampleOf(seed, form)));
      assert.deepEqual(stable(ours), stable(rendered(sample)));
    });
  }
});

Deno.test("every seed's form is valid with every seed's hub of its name, as they were written", async (t) => {
  const files = (await Array.fromAsync(Deno.readDir(SEEDS))).map(({ name }) => name).toSorted();
  const all = await Promise.all(files.map((name) => Deno.readTextFile(new URL(name, SEEDS))));
  const texts = all.flatMap((text, n) =>
    /^kind: Lynq(Hub|Form)$/m.test(text) ? [manifestOf(files[n] ?? "", formatYaml(text, schemas).text)] : []
  );
  const hubs = texts.filter(({ kind }) => kind === "LynqHub");
  const pairs = texts.filter(({ kind }) => kind === "LynqForm").flatMap((form) => {
    const { hubId } = form.object["spec"] as { hubId: string };
    return hubs.filter(({ name }) => name === hubId).map((hub) => [hub, form] as const);
  });
  assert.ok(pairs.length >= 9, String(pairs.length));
  for (const [hub, form] of pairs) {
    await t.step(`${form.file} with ${hub.file}`, () => {
      const { problems, warnings } = validateManifests([hub, form], "default");
      assert.deepEqual([...problems, ...warnings], []);
    });
  }
});

Deno.test("the typed fields of the seeds are numbers and booleans after rendering", () => {
  const fields = seeds.filter(({ text }) => /: \{\{/.test(text)).flatMap(({ name, text }) =>
    rendered(manifestOf(name, text)).documents.flatMap(({ object }) => {
      const spec = object["spec"] as
        | { replicas?: unknown; forProvider?: Record<string, unknown> }
        | undefined;
      return spec?.forProvider === undefined
        ? [spec?.replicas]
        : [spec.forProvider["allocatedStorage"], spec.forProvider["multiAZ"]];
    })
  );
  const told = fields.filter((value) => value !== undefined);
  assert.deepEqual(told.map((value) => typeof value).toSorted(), ["boolean", ...Array(5).fill("number")]);
  for (const value of [3, 2, 4, 100, true]) assert.ok(told.includes(value), String(value));
});

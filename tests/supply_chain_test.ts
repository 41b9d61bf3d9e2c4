/** What is shipped, and what it is made of, as this checkout has it. */
import assert from "node:assert/strict";
import { z } from "zod";
import denoConfig from "../deno.json" with { type: "json" };
import { imagesOf } from "../.ci/image_digest.ts";
import { licenceProblems } from "../.ci/licence_rules.ts";
import { keyOf } from "../.ci/locked_packages.ts";
import { readLicences, readLock } from "../.ci/package_cache.ts";
import { currentBill } from "../.ci/sbom.ts";

const ROOT = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));
const packages = await readLock();

Deno.test("every package of the lock file has an allowed licence, its own package.json says", async () => {
  const licences = await readLicences(packages);
  assert.ok(packages.length > 100);
  assert.deepEqual([...licences.keys()], packages.map(keyOf));
  assert.deepEqual(licenceProblems(licences), []);
});

Deno.test("every import is pinned to a version that the lock file has", () => {
  const locked = new Set(packages.map((each) => `npm:${keyOf(each)}`));
  assert.deepEqual(Object.values(denoConfig.imports).filter((target) => !locked.has(target)), []);
});

/** The fields of CycloneDX 1.6 that are required, and those that a scanner needs to find a package. */
const licence = z.union([
  z.strictObject({ license: z.strictObject({ id: z.string().min(1) }) }),
  z.strictObject({ expression: z.string().min(1) }),
]);
const component = z.strictObject({
  type: z.enum(["library", "platform"]),
  "bom-ref": z.string().min(1),
  group: z.string().startsWith("@").optional(),
  name: z.string().min(1),
  version: z.string().min(1),
  scope: z.enum(["required", "excluded"]),
  hashes: z.array(z.strictObject({ alg: z.literal("SHA-512"), content: z.string().regex(/^[0-9a-f]{128}$/) }))
    .length(1).optional(),
  licenses: z.array(licence).length(1),
  purl: z.string().regex(/^pkg:(npm|github)\/(%40)?[\w.-]+(\/[\w.-]+)?@[\w.%-]+$/),
});
const billSchema = z.strictObject({
  $schema: z.literal("http://cyclonedx.org/schema/bom-1.6.schema.json"),
  bomFormat: z.literal("CycloneDX"),
  specVersion: z.literal("1.6"),
  serialNumber: z.string().regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
  version: z.literal(1),
  metadata: z.strictObject({
    component: z.strictObject({
      type: z.literal("application"),
      "bom-ref": z.string(),
      name: z.literal(denoConfig.name),
      version: z.literal(denoConfig.version),
      licenses: z.array(licence).length(1),
      purl: z.string(),
    }),
  }),
  components: z.array(component),
  dependencies: z.array(z.strictObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

Deno.test("the bill of materials has every package of the lock file, complete, and is the same each time", async () => {
  const bill = await currentBill();
  const { components, dependencies, metadata } = billSchema.parse(bill);
  assert.equal(components.length, packages.length + 1);
  const refs = new Set([metadata.component["bom-ref"], ...components.map((each) => each["bom-ref"])]);
  assert.equal(refs.size, components.length + 1);
  const named = dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
  assert.deepEqual(named.filter((ref) => !refs.has(ref)), []);
  assert.equal(JSON.stringify(await currentBill()), JSON.stringify(bill));
});

Deno.test("packages of tests and tools are no part of the binary, those of the sources are", async () => {
  const { components } = await currentBill();
  const scope = (name: string) => components.find((each) => each.name === name)?.scope;
  assert.deepEqual(["mysql2", "pg", "zod", "pino", "deno"].map(scope), Array(5).fill("required"));
  assert.deepEqual(["fast-check", "typescript"].map(scope), ["excluded", "excluded"]);
});

Deno.test("the image is built of locked packages and named base images, and runs without root", async () => {
  const dockerfile = await read("Dockerfile");
  const images = imagesOf(dockerfile);
  assert.deepEqual([...images.keys()], ["BUILD_IMAGE", "RUNTIME_IMAGE"]);
  const froms = dockerfile.split("\n").filter((line) => line.startsWith("FROM ")).map((line) =>
    line.split(" ")[1]
  );
  assert.deepEqual(froms, [...images.keys()].map((arg) => `\${${arg}}`));
  for (const image of images.values()) assert.match(image, /^[\w./-]+:[\w.-]+(@sha256:[0-9a-f]{64})?$/);
  assert.match(dockerfile, /deno install --frozen /);
  assert.match(dockerfile, /^USER 65532:65532$/m);
  assert.match(
    images.get("BUILD_IMAGE") ?? "",
    new RegExp(`-${Deno.version.deno.replaceAll(".", "\\.")}(@|$)`),
  );
});

Deno.test("what a change has to pass holds the locked packages, licences and advisories", async () => {
  const ci = await read(".ci/run");
  for (const part of ["deno ci", "deno task licences", "deno task advisories --if-reachable"]) {
    assert.ok(denoConfig.tasks.ok.command.includes(part), part);
    assert.ok(ci.includes(part), part);
  }
});

Deno.test("every file that SECURITY.md names is there", async () => {
  const text = await read(".github/SECURITY.md");
  const paths = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, path = ""]) => path);
  assert.ok(paths.length > 0);
  for (const path of paths) assert.ok(await Deno.stat(new URL(`.github/${path}`, ROOT)), path);
  const tasks = [...text.matchAll(/deno task\s+(\w+)/g)].map(([, task = ""]) => task);
  assert.deepEqual(tasks.filter((task) => !(task in denoConfig.tasks)), []);
});

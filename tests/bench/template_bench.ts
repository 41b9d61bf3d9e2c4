import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { formSpec } from "../../src/api/form.ts";
import { collectResources } from "../../src/api/resource.ts";
import { templatedFields } from "../../src/api/templated_fields.ts";
import { parseTemplate } from "../../src/template/mod.ts";

export interface BenchOptions {
  /** Measurements of each side, taken in turns; the best one counts. */
  readonly rounds: number;
  /** How long one measurement is. */
  readonly milliseconds: number;
}

/** Renders a second, of one template each. */
interface Measured {
  readonly rate: number;
  readonly outputs: readonly string[];
}

const FORMS = ["api", "data", "web", "worker"];
const SAMPLE = new URL("../../manifests/samples/multi-tier/", import.meta.url);
const PROGRAM = new URL("./go_template/", import.meta.url);

/** The values of a row as the sample's hub maps them, and what every node has in addition. */
const DATA: Readonly<Record<string, string>> = {
  uid: "acme",
  activate: "1",
  hostOrUrl: "acme.example.com",
  host: "acme.example.com",
  hubId: "multi-tier-nodes",
  templateRef: "web-tier",
  webReplicas: "2",
  apiReplicas: "3",
  workerReplicas: "4",
  dbSize: "medium",
  enableAnalytics: "1",
  enableNotifications: "0",
};

/**
 * Renders every templated string of the three-tier sample, parsed once, over and over; beside it a Go program doing the
 * same in the same run, where Go is installed. Both give the same texts, apart from random ones.
 */
export async function templateBench(options: BenchOptions): Promise<string> {
  const templates = await sampleTemplates();
  const program = await buildGoProgram();
  try {
    let ours: Measured = { rate: 0, outputs: [] };
    let go: Measured = { rate: 0, outputs: [] };
    measure(templates, options.milliseconds);
    for (let round = 0; round < options.rounds; round++) {
      ours = better(ours, measure(templates, options.milliseconds));
      if (program !== undefined) go = better(go, await measureGo(program, templates, options.milliseconds));
    }
    const told = `${templates.length} strings, ${thousands(ours.rate)} renders/s`;
    if (program === undefined) return `${told}; Go is not installed, so there is no ratio`;
    assert.deepEqual(withoutRandom(templates, ours.outputs), withoutRandom(templates, go.outputs));
    return `${told}; Go ${thousands(go.rate)} renders/s; ratio ${(ours.rate / go.rate).toFixed(2)}`;
  } finally {
    if (program !== undefined) await Deno.remove(program);
  }
}

export async function sampleTemplates(): Promise<string[]> {
  const texts = await Promise.all(
    FORMS.map((name) => Deno.readTextFile(new URL(`form-${name}.yaml`, SAMPLE))),
  );
  const forms = texts.flatMap((text) => parseAllDocuments(text)).map((document) =>
    formSpec.parse((document.toJS() as { spec: unknown }).spec)
  );
  return forms.flatMap((form) =>
    collectResources(form).flatMap(({ resource }) => templatedFields(resource).map(({ text }) => text))
  );
}

function measure(templates: readonly string[], milliseconds: number): Measured {
  const parsed = templates.map((text) => parseTemplate(text));
  let outputs: string[] = [];
  let renders = 0;
  const start = performance.now();
  let elapsed = 0;
  while (elapsed < milliseconds) {
    outputs = parsed.map((template) => template.render(DATA));
    renders += parsed.length;
    elapsed = performance.now() - start;
  }
  return { rate: renders / (elapsed / 1000), outputs };
}

/** The Go program's path, or undefined where there is no Go, or its modules can't be had. */
async function buildGoProgram(): Promise<string | undefined> {
  const path = await Deno.makeTempFile({ prefix: "go-template-" });
  try {
    const build = new Deno.Command("go", { args: ["build", "-o", path, "."], cwd: PROGRAM, stderr: "piped" });
    const { success, stderr } = await build.output();
    if (success) return path;
    console.error(new TextDecoder().decode(stderr).trim());
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.remove(path);
  return undefined;
}

async function measureGo(
  program: string,
  templates: readonly string[],
  milliseconds: number,
): Promise<Measured> {
  const child = new Deno.Command(program, { stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
  const input = JSON.stringify({ milliseconds, templates, data: DATA });
  await new Blob([input]).stream().pipeTo(child.stdin);
  const { success, stdout } = await child.output();
  if (!success) throw new Error("the Go program failed: its error stands above");
  const result: { renders: number; seconds: number; outputs: string[] } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  return { rate: result.renders / result.seconds, outputs: result.outputs };
}

function better(a: Measured, b: Measured): Measured {
  return a.rate > b.rate ? a : b;
}

function withoutRandom(
  templates: readonly string[],
  outputs: readonly string[],
): (string | number | undefined)[] {
  return templates.map((text, index) => text.includes("rand") ? outputs[index]?.length : outputs[index]);
}

function thousands(rate: number): string {
  return Math.round(rate).toLocaleString("en-US");
}

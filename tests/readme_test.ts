import assert from "node:assert/strict";
import { Command } from "commander";
import { parse } from "yaml";
import denoConfig from "../deno.json" with { type: "json" };
import { formSpec } from "../src/api/form.ts";
import { hubSpec } from "../src/api/hub.ts";
import { withOperatorFlags } from "../src/cli/operator_flags.ts";

const ROOT = new URL("../", import.meta.url);
const readme = await Deno.readTextFile(new URL("README.md", ROOT));

function matches(pattern: RegExp): string[] {
  return [...readme.matchAll(pattern)].map((match) => match[1] ?? "");
}

Deno.test("every file that the README names is there", async () => {
  const paths = matches(/\]\(([^)]+)\)/g).filter((path) => !path.startsWith("http"));
  assert.ok(paths.length > 20);
  for (const path of paths) {
    assert.ok(await Deno.stat(new URL(path, ROOT)).then(() => true, () => false), `${path} is not there`);
  }
});

Deno.test("every heading that the README points at is there", () => {
  const slug = (heading: string) => heading.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-");
  const headings = new Set(matches(/^#+ (.+)$/gm).map(slug));
  const anchors = matches(/\]\(#([^)]+)\)/g);
  assert.ok(anchors.length > 0);
  assert.deepEqual(anchors.filter((anchor) => !headings.has(anchor)), []);
});

Deno.test("every task that the README calls is in deno.json", () => {
  const tasks = new Set(matches(/(?:deno|deno@[\d.]+) task (\w+)/g));
  assert.deepEqual([...tasks].filter((task) => !(task in denoConfig.tasks)), []);
});

Deno.test("the table of flags is the operator's flags, in name and default", () => {
  const visible = withOperatorFlags(new Command()).options.filter((option) => !option.hidden);
  assert.deepEqual(
    matches(/^\| `--([\w-]+)` *\|/gm).toSorted(),
    visible.map((option) => option.name()).toSorted(),
  );
  for (const option of visible) {
    if (option.defaultValue === undefined || option.defaultValue === "") continue;
    const row = readme.split("\n").find((line) => line.startsWith(`| \`${option.long}\` `)) ?? "";
    assert.ok(row.split("|")[2]?.includes(String(option.defaultValue)), `default of ${option.long}`);
  }
});

Deno.test("the README's first hub and form are valid", () => {
  const [hub, form] = matches(/```yaml\n([^]*?)```/g).map((text) =>
    parse(text) as { kind: string; spec: unknown }
  );
  assert.equal(hub?.kind, "LynqHub");
  assert.equal(form?.kind, "LynqForm");
  hubSpec.strict().parse(hub?.spec);
  formSpec.strict().parse(form?.spec);
});

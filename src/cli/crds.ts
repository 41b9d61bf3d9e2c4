/**
 * Writes `crds/*.yaml` from the schemas; with `--check` writes nothing and exits 1 when a file differs.
 */
import { stringify } from "yaml";
import { customResourceDefinition, KINDS } from "../api/crd.ts";
import { GROUP } from "../api/labels.ts";

/** File name and text of every CustomResourceDefinition. */
export function crdFiles(): { name: string; text: string }[] {
  return KINDS.map((kind) => ({
    name: `${GROUP}_${kind.plural}.yaml`,
    text: stringify(customResourceDefinition(kind), { lineWidth: 110, aliasDuplicateObjects: false }),
  }));
}

async function main(args: readonly string[]): Promise<number> {
  const folder = new URL("../../crds/", import.meta.url);
  const stale: string[] = [];
  for (const file of crdFiles()) {
    const url = new URL(file.name, folder);
    const present = await Deno.readTextFile(url).catch(() => "");
    if (present === file.text) continue;
    stale.push(file.name);
    if (!args.includes("--check")) await Deno.writeTextFile(url, file.text);
  }
  if (!args.includes("--check")) {
    console.log(stale.length === 0 ? "crds: up to date" : `crds: wrote ${stale.join(", ")}`);
    return 0;
  }
  if (stale.length > 0) {
    console.error(`crds: ${stale.join(", ")} differ from the schemas; run 'deno task crds'`);
  }
  return stale.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));

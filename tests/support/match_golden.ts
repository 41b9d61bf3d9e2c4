import assert from "node:assert/strict";
import { parse, stringify } from "yaml";

/** Compares a value with a golden YAML file; with GOLDEN_UPDATE=1 it writes the file, to be read before it is kept. */
export async function matchGolden(file: URL, value: unknown): Promise<void> {
  const actual: unknown = JSON.parse(JSON.stringify(value));
  if (Deno.env.get("GOLDEN_UPDATE") === "1") {
    await Deno.writeTextFile(file, stringify(actual, { lineWidth: 110, aliasDuplicateObjects: false }));
    return;
  }
  assert.deepEqual(actual, parse(await Deno.readTextFile(file)), file.pathname);
}

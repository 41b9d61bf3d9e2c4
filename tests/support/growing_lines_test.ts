import assert from "node:assert/strict";
import { GrowingLines } from "./growing_lines.ts";

const LINES = ["one", '{"two":"ü€"}', "three".repeat(9), "", "5"];
const WHOLE = LINES.filter((line) => line !== "");

Deno.test("a line is read once it is whole, also where the file was cut inside a character", async () => {
  const path = await Deno.makeTempFile();
  try {
    const bytes = new TextEncoder().encode(LINES.map((line) => `${line}\n`).join(""));
    for (const step of [1, 2, 7, bytes.length]) {
      await Deno.truncate(path);
      const lines = new GrowingLines(path);
      const seen: string[] = [];
      for (let from = 0; from < bytes.length; from += step) {
        await Deno.writeFile(path, bytes.subarray(from, from + step), { append: true });
        seen.push(...await lines.read());
      }
      assert.deepEqual(seen, WHOLE);
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a file that is not there yet has no lines", async () => {
  const path = `${await Deno.makeTempDir()}/later`;
  const lines = new GrowingLines(path);
  await lines.skip();
  assert.deepEqual(await lines.read(), []);
  await Deno.writeTextFile(path, "a\n");
  assert.deepEqual(await lines.read(), ["a"]);
});

Deno.test("what is passed over includes the line that is being written", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "before\nhalf");
    const lines = new GrowingLines(path);
    const skipped = lines.skip();
    await Deno.writeTextFile(path, " a line\n", { append: true });
    await skipped;
    await Deno.writeTextFile(path, "after\n", { append: true });
    assert.deepEqual(await lines.read(), ["after"]);
  } finally {
    await Deno.remove(path);
  }
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { LineSplitter } from "./line_splitter.ts";

Deno.test("however a stream is cut, also inside a character, its lines come out whole", () => {
  const line = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\n"));
  fc.assert(fc.property(fc.array(line), fc.infiniteStream(fc.integer({ min: 1, max: 7 })), (lines, sizes) => {
    const bytes = new TextEncoder().encode(lines.map((text) => `${text}\n`).join(""));
    const splitter = new LineSplitter();
    const found: string[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = sizes.next().value ?? 1;
      found.push(...splitter.push(bytes.slice(at, at + size)));
      at += size;
    }
    assert.deepEqual(found, lines.map((text) => text.toWellFormed()));
    assert.equal(splitter.partial, false);
  }));
});

Deno.test("a stream that stops inside a line is told as partial", () => {
  const splitter = new LineSplitter();
  assert.deepEqual(splitter.push(new TextEncoder().encode('{"a":1}\n\n{"b"')), ['{"a":1}']);
  assert.equal(splitter.partial, true);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { PostgresFrames } from "./postgres_frames.ts";

const NUL = 0;

function message(kind: string, ...payload: readonly number[]): number[] {
  const length = payload.length + 4;
  return [kind.charCodeAt(0), 0, 0, length >> 8, length & 0xff, ...payload];
}

const GOOD = [
  message("R", 0, 0, 0, 0),
  message("R", 0, 0, 0, 10, 65, NUL, 66, NUL, NUL),
  message("S", 65, NUL, 66, NUL),
  message("T", 0, 1, 97, NUL, ...Array<number>(18).fill(7)),
  message("D", 0, 1, 0, 0, 0, 1, 97),
  message("C", 65, NUL),
  message("A", 0, 0, 0, 1, 65, NUL, NUL),
  message("E", 83, 65, NUL, NUL),
  message("Z", 73),
];

Deno.test("however a stream is cut, whole messages come out of it, and all of them", () => {
  const all = GOOD.flat();
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 40 }), (lengths) => {
    const frames = new PostgresFrames();
    const told: number[] = [];
    const ends = new Set(GOOD.map((_, n) => GOOD.slice(0, n + 1).flat().length));
    let at = 0;
    for (const length of [...lengths, all.length]) {
      const whole = frames.take(Uint8Array.from(all.slice(at, at + length)));
      assert(whole !== undefined);
      told.push(...whole);
      at += length;
      assert(told.length === 0 || ends.has(told.length));
    }
    assert.deepEqual(told, all);
  }));
});

Deno.test("a message whose text goes beyond its end is none", () => {
  const bad = [
    message("E", 83, 65, 66),
    message("N", 83, 65, NUL, 77),
    message("R", 0, 0, 0, 10, 65, NUL, 66),
    message("S", 65, NUL, 66),
    message("A", 0, 0, 0, 1, 65, 66),
    message("C", 65),
    message("T", 0, 2, 97, NUL, ...Array<number>(18).fill(7)),
    message("T", 0, 1, 97, NUL, 7),
    [90, 0, 0, 0, 3, 73],
  ];
  for (const each of bad) {
    const frames = new PostgresFrames();
    assert.equal(frames.take(Uint8Array.from([...message("Z", 73), ...each])), undefined, each.join());
  }
});

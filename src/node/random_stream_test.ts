import assert from "node:assert/strict";
import { hkdfSync } from "node:crypto";
import fc from "fast-check";
import { randomStream, seedOf, seedOfText } from "./random_stream.ts";

const bytes = (fill: number) => new Uint8Array(32).fill(fill);
const at = (id: string, field: string, seed = seedOf(bytes(1))) => randomStream(seed, { id, field });

Deno.test("a field draws the same bytes in every rendering, draw by draw", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100), { maxLength: 5 }), fc.string(), fc.string(), (draws, id, field) => {
      const [one, two] = [at(id, field), at(id, field)];
      for (const length of draws) assert.deepEqual(one(length), two(length));
    }),
  );
});

Deno.test("fields, resources, seeds and draws don't share bytes, however their names are cut", () => {
  const places = [["a", "b.c"], ["a.b", "c"], ["a", "b"], ["ab", ""], ["", "ab"], ["1:a", "b"]] as const;
  const texts = places.flatMap(([id, field]) =>
    [bytes(1), bytes(2)].flatMap((seed) => {
      const draw = at(id, field, seedOf(seed));
      return [draw(16).toHex(), draw(16).toHex()];
    })
  );
  assert.equal(new Set(texts).size, texts.length);
});

Deno.test("a draw may be longer than one HKDF gives", () => {
  const long = at("a", "b")(20_000);
  assert.equal(long.length, 20_000);
  assert.deepEqual(long.subarray(0, 8160), at("a", "b")(8160));
  assert.equal(new Set([0, 8160, 16_320].map((from) => long.subarray(from, from + 32).toHex())).size, 3);
});

Deno.test("the derivation is HKDF-SHA256 over id, field and draw, so that later versions give the same values", () => {
  const info = "7:lynq.sh5:value6:secret11:spec.data.k1:01:0";
  const expected = new Uint8Array(hkdfSync("sha256", bytes(1), "", info, 24));
  assert.deepEqual(at("secret", "spec.data.k")(24), expected);
  assert.equal(expected.toHex(), at("secret", "spec.data.k")(24).toHex());
});

Deno.test("the fingerprint tells seeds apart and is none of their bytes", () => {
  const seeds = [1, 2, 3].map((fill) => seedOf(bytes(fill)));
  assert.equal(new Set(seeds.map(({ fingerprint }) => fingerprint)).size, 3);
  for (const { fingerprint } of seeds) assert.match(fingerprint, /^[0-9a-f]{8}$/);
  assert.equal(seedOf(bytes(1)).fingerprint, seeds[0]?.fingerprint);
});

Deno.test("the seed of a text is another one for each node", () => {
  const of = (text: string, name: string) => seedOfText(text, { namespace: "ns", name }).fingerprint;
  assert.equal(of("x", "a"), of("x", "a"));
  assert.notEqual(of("x", "a"), of("x", "b"));
  assert.notEqual(of("x", "a"), of("y", "a"));
});

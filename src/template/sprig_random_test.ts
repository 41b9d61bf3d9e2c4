import assert from "node:assert/strict";
import fc from "fast-check";
import { TemplateError } from "./error.ts";
import { render } from "./mod.ts";
import { parseTemplate } from "./template.ts";

/** A world whose random bytes come from a seed. */
function seeded(seed: number) {
  let state = seed >>> 0 || 1;
  return {
    randomBytes: (length: number) =>
      Uint8Array.from({ length }, () => {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        return state & 0xff;
      }),
  };
}

Deno.test("random texts have the length and the characters that were asked for", () => {
  fc.assert(fc.property(fc.nat(64), fc.integer(), (length, seed) => {
    const render = (name: string) =>
      parseTemplate(`{{ ${name} ${length} }}`).render({}, { world: seeded(seed) });
    assert.match(render("randAlphaNum"), new RegExp(`^[A-Za-z0-9]{${length}}$`));
    assert.match(render("randAlpha"), new RegExp(`^[A-Za-z]{${length}}$`));
    assert.match(render("randNumeric"), new RegExp(`^[0-9]{${length}}$`));
    assert.match(render("randAscii"), new RegExp(`^[ -~]{${length}}$`));
  }));
});

Deno.test("randInt stays in its range and reaches both ends", () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 200; seed++) {
    seen.add(parseTemplate("{{ randInt -1 2 }}").render({}, { world: seeded(seed * 7919) }));
  }
  assert.deepEqual([...seen].sort(), ["-1", "0", "1"]);
});

Deno.test("an empty range of randInt fails as in Go", () => {
  assert.throws(() => render("{{ randInt 5 5 }}", {}), /error calling randInt: invalid argument to Intn/);
});

Deno.test("shuffle keeps the characters", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), (text) => {
    const shuffled = render("{{ shuffle .text }}", { text });
    assert.deepEqual([...shuffled].sort(), [...text].sort());
  }));
});

Deno.test("what would grow without bound stops with an error", () => {
  const greedy = [
    '{{ repeat 1000000000 "x" }}',
    "{{ until 1000000000 }}",
    "{{ untilStep -9223372036854775808 9223372036854775807 1 }}",
    "{{ seq 1 1000000000 }}",
    '{{ indent 1000000000 "x" }}',
    "{{ randAlphaNum 1000000000 }}",
    "{{ randBytes 1000000000 }}",
    '{{ $x := repeat 10000 "ab" }}{{ $y := replace "" $x $x }}{{ replace "" $y $y }}',
    '{{ regexReplaceAll "" (repeat 100000 "a") (repeat 100000 "b") }}',
    '{{ range until 100 }}{{ $_ := derivePassword 1 "pin" "p" "u" "s" }}{{ end }}',
    '{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ deepCopy $d }}',
    '{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ $e := dict }}{{ $_ := set $e "a" $e }}{{ merge $d $e }}',
    '{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ $e := dict }}{{ $_ := set $e "a" $e }}{{ deepEqual $d $e }}',
  ];
  for (const template of greedy) assert.throws(() => render(template, {}), TemplateError, template);
});

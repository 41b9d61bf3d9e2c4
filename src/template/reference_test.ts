import assert from "node:assert/strict";
import { functions } from "./functions.ts";
import { render } from "./mod.ts";
import { reference } from "./reference.ts";

Deno.test("the reference names every function once and no other", () => {
  const names = reference.map((entry) => entry.name).sort();
  assert.deepEqual(names, Object.keys(functions).sort());
});

Deno.test("every entry of the reference is complete and its example calls the function", () => {
  for (const { name, family, signature, description, example } of reference) {
    assert.match(family, /^\w/, name);
    assert.match(signature, new RegExp(`^${name}\\b`));
    assert.match(description, /^[A-Z].*\.$/, name);
    assert.match(example, new RegExp(`\\b${name}\\b`));
  }
});

Deno.test("every example of the reference gives what it says", async (t) => {
  for (const { name, example, output } of reference) {
    await t.step(name, () => {
      const text = render(example, {});
      if (output.kind === "text") assert.equal(text, output.value);
      else assert.match(text, new RegExp(output.value));
    });
  }
});

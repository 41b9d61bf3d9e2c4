import assert from "node:assert/strict";
import { chanceOf } from "../support/fault_random.ts";
import { mutateSpec } from "./mutate.ts";
import { specSchema } from "./schema.ts";
import { seedFleet } from "./seed_fleet.ts";

const PLACE = { namespace: "here", beside: "there", word: "-0", path: "/rows.db" };

Deno.test("a seed repeats a mutation, and the spec that it is made from stays as it is", async () => {
  const { forms: [form] } = seedFleet(PLACE);
  const [schema, spec] = [await specSchema("lynqforms"), form?.["spec"] as Record<string, unknown>];
  const before = structuredClone(spec);
  for (let seed = 0; seed < 500; seed++) {
    const one = mutateSpec(chanceOf(seed), { schema, spec, ...PLACE });
    assert.deepEqual(one, mutateSpec(chanceOf(seed), { schema, spec, ...PLACE }));
    assert.deepEqual(spec, before);
  }
});

Deno.test("mutations come to every field that the schemas of hubs and forms name", async () => {
  const { hub, forms: [form] } = seedFleet(PLACE);
  for (const [plural, object] of [["lynqhubs", hub], ["lynqforms", form]] as const) {
    const [schema, spec] = [await specSchema(plural), object?.["spec"] as Record<string, unknown>];
    const reached = new Set<string>();
    for (let seed = 0; seed < 5000; seed++) {
      const { edit } = mutateSpec(chanceOf(seed), { schema, spec, ...PLACE });
      const [, field = ""] = /^spec\.([A-Za-z]+)/.exec(edit.path) ?? [];
      reached.add(field);
    }
    assert.deepEqual(Object.keys(schema.properties ?? {}).filter((field) => !reached.has(field)), []);
  }
});

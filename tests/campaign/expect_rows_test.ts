import assert from "node:assert/strict";
import type { HubSpec } from "../../src/api/hub.ts";
import { demandsOf } from "./expect_rows.ts";
import { seedFleet } from "./seed_fleet.ts";

const [place, row] = [
  { namespace: "n", beside: "m", word: "", path: "/a.db" },
  { plan: "pro", replicas: "1", active: "1", held: "", note: "" },
];
const spec = seedFleet(place).hub["spec"] as HubSpec;

Deno.test("the campaign waits for the nodes of a uid only where all of its rows agree", () => {
  const demands = demandsOf(spec, [
    { ...row, id: "one" },
    { ...row, id: "twice" },
    { ...row, id: "twice" },
    { ...row, id: "differs" },
    { ...row, id: "differs", held: "1" },
    { ...row, id: "off-and-on" },
    { ...row, id: "off-and-on", active: "0" },
    { ...row, id: "off", active: "0" },
    { ...row, id: "unknown", active: "maybe" },
  ]);
  assert.deepEqual([...demands.active.keys()].sort(), ["one", "twice"]);
  assert.deepEqual([...demands.kept].sort(), ["differs", "off-and-on", "one", "twice", "unknown"]);
});

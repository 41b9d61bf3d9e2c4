import assert from "node:assert/strict";
import { storedForm, storedHub, storedNode } from "../../tests/support/stored_objects.ts";
import { Limit } from "../controller/limit.ts";
import type { KubeObject } from "../kube/object.ts";
import { FORM, HUB, NODE } from "../operator/kinds.ts";
import { carryOut } from "./carry_out.ts";
import type { NodeChange, NodeWanted } from "./plan.ts";
import type { HubWorld } from "./world.ts";

/** A world in which each write takes a second. */
function slowWorld() {
  const written: string[] = [];
  let seconds = 0;
  const write = (name: string) => {
    written.push(name);
    seconds++;
    return Promise.resolve<KubeObject>({ metadata: { name } });
  };
  const world: Pick<HubWorld, "client" | "hubs" | "forms" | "nodes" | "writes" | "now"> = {
    client: {
      create: (_type: unknown, object: KubeObject) => write(`create ${object.metadata.name}`),
      patch: (ref: { name: string }) => write(`patch ${ref.name}`),
    } as unknown as HubWorld["client"],
    hubs: { get: () => undefined, observe: () => {}, type: HUB },
    forms: { ofHub: () => [storedForm({ name: "web" })], type: FORM },
    nodes: {
      ofHub: () => [],
      ofForm: () => [],
      moves: () => 0,
      has: () => false,
      observe: () => {},
      type: NODE,
    },
    writes: new Limit(1),
    now: () => new Date(seconds * 1000),
  };
  return { world: world as HubWorld, written };
}

const wanted = (row: string): NodeWanted => ({
  name: `${row}-web`,
  form: "web",
  revision: "web-1",
  row: { uid: row, values: {} },
});

const create = (row: string): NodeChange => ({ kind: "create", wanted: wanted(row) });
const update = (row: string): NodeChange => ({
  kind: "update",
  node: storedNode({ row, form: "web" }),
  wanted: wanted(row),
});

Deno.test("what changes nodes that are there goes first, and what is not begun in time is left", async () => {
  const { world, written } = slowWorld();
  const changes = [create("a"), create("b"), create("c"), update("d")];
  const { signal } = new AbortController();
  const carried = await carryOut(world, { hub: storedHub(), changes, until: 2000 }, signal);
  assert.deepEqual(written, ["patch d-web", "create a-web"]);
  assert.equal(carried.left, 2);
  assert.deepEqual(carried.answered, ["d-web", "a-web"]);
  assert.deepEqual(carried.unanswered, []);
});

Deno.test("without a limit of time all is done", async () => {
  const { world, written } = slowWorld();
  const { signal } = new AbortController();
  const { left } = await carryOut(world, { hub: storedHub(), changes: [create("a"), create("b")] }, signal);
  assert.deepEqual([left, written.length], [0, 2]);
});

Deno.test("no node is made for a form that is gone since it was planned", async () => {
  const { world, written } = slowWorld();
  const gone: NodeChange = { kind: "create", wanted: { ...wanted("b"), name: "b-gone", form: "gone" } };
  const { signal } = new AbortController();
  const carried = await carryOut(world, { hub: storedHub(), changes: [create("a"), gone] }, signal);
  assert.deepEqual(written, ["create a-web"]);
  assert.deepEqual([carried.refused, carried.left, carried.answered], [0, 0, ["a-web"]]);
});

Deno.test("a hub's change does not wait for what another hub has in masses", async () => {
  const { world, written } = slowWorld();
  const hanging = Promise.withResolvers<KubeObject>();
  const stuck: HubWorld = { ...world, client: { ...world.client, create: () => hanging.promise } };
  const { signal } = new AbortController();
  const masses = carryOut(stuck, { hub: storedHub(), changes: ["a", "b", "c"].map(create) }, signal);
  const small = await carryOut(world, { hub: storedHub(), changes: [update("d")] }, signal);
  assert.deepEqual([small.answered, written], [["d-web"], ["patch d-web"]]);
  hanging.resolve({ metadata: { name: "a-web" } });
  assert.deepEqual((await masses).answered.length, 3);
});

import assert from "node:assert/strict";
import { storedHub, storedNode } from "../../tests/support/stored_objects.ts";
import { type CreationInput, guardCreations, sourceIdentity } from "./creation_guard.ts";
import type { NodeChange } from "./plan.ts";

function create(uid: string, form = "web"): NodeChange {
  return {
    kind: "create",
    wanted: { name: `${uid}-${form}`, form, revision: `${form}-1`, row: { uid, values: {} } },
  };
}

function held(of: Partial<CreationInput>) {
  return guardCreations({
    changes: [create("x"), create("y")],
    known: new Set(["a", "b"]),
    read: new Set(["x", "y"]),
    guard: undefined,
    source: "there",
    identity: "there",
    deletionsHeld: false,
    annotation: undefined,
    ...of,
  });
}

Deno.test("nodes of a table that is another than before are not made until their hash is approved", () => {
  const first = held({ identity: "elsewhere" });
  assert.deepEqual(first.changes, []);
  assert.deepEqual([first.held?.reason, first.held?.nodes], ["SourceChanged", ["x-web", "y-web"]]);
  const approved = held({ identity: "elsewhere", annotation: first.held?.hash ?? "" });
  assert.deepEqual([approved.held, approved.approved, approved.changes.length], [undefined, true, 2]);
});

Deno.test("what known rows ask for is made, from whatever table", () => {
  const changes = [create("a", "api"), create("x")];
  const { changes: left } = held({ identity: "elsewhere", changes });
  assert.deepEqual(left, [changes[0]]);
});

Deno.test("where no known row is left and its deletion is held, nothing new is made either", () => {
  assert.equal(held({ deletionsHeld: true }).held?.reason, "NoKnownRow");
  assert.equal(held({ deletionsHeld: true, read: new Set(["a", "x", "y"]) }).held, undefined);
  assert.equal(held({}).held, undefined);
});

Deno.test("a hub without nodes, one that was never read and one without a guard make what rows ask for", () => {
  const guard = { enabled: false, maxPercent: 20, minCount: 3, protectForms: false };
  assert.equal(held({ identity: "elsewhere", known: new Set() }).held, undefined);
  assert.equal(held({ identity: "elsewhere", source: undefined }).held, undefined);
  assert.equal(held({ identity: "elsewhere", guard }).held, undefined);
});

Deno.test("deletions and updates go on while creations wait", () => {
  const other: NodeChange = { kind: "delete", node: storedNode({ row: "a", form: "web" }), cause: "RowGone" };
  assert.deepEqual(held({ identity: "elsewhere", changes: [create("x"), other] }).changes, [other]);
});

Deno.test("the identity is host, port, database, table and uid column, and neither user nor interval", () => {
  const mysql = { host: "a", port: 3306, username: "u", database: "d", table: "t" };
  const of = (server: Partial<typeof mysql>, uid = "id") => {
    const { spec } = storedHub();
    const source = { ...spec.source, type: "mysql" as const, mysql: { ...mysql, ...server } };
    return sourceIdentity({ ...spec, source, valueMappings: { ...spec.valueMappings, uid } });
  };
  assert.equal(of({ username: "other" }), of({}));
  const others = [
    of({ host: "b" }),
    of({ port: 1 }),
    of({ database: "e" }),
    of({ table: "v" }),
    of({}, "key"),
  ];
  assert.equal(new Set([of({}), ...others]).size, 6);
});

import assert from "node:assert/strict";
import { resourceOf, storedForm, storedNode } from "../../tests/support/stored_objects.ts";
import type { RowVerdict } from "../api/row.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import { type HubPlan, nameOf, planHub } from "./plan.ts";

const web = storedForm();
const active = (uid: string, values: Record<string, string> = { activate: "1" }): RowVerdict => ({
  kind: "active",
  row: { uid, values },
});
const nodeOf = (row: string, part: Parameters<typeof storedNode>[1] = {}) =>
  storedNode({ row, form: "web" }, part);

function plan(of: { forms?: StoredForm[]; rows?: RowVerdict[]; nodes?: StoredNode[] }): HubPlan {
  return planHub({
    hub: "hub",
    forms: of.forms ?? [web],
    rows: of.rows ?? [],
    nodes: of.nodes ?? [],
    now: NOW,
  });
}

const NOW = new Date("2026-01-01T00:00:00Z");
const told = ({ changes }: HubPlan) => changes.map((change) => `${change.kind} ${nameOf(change)}`);
const reasons = ({ problems }: HubPlan) => problems.map(({ reason, uid }) => `${reason} ${uid}`);

Deno.test("a row with a cell that no text can hold leaves its node frozen as it is, and others proceed", () => {
  const rows: RowVerdict[] = [
    { kind: "unusable", uid: "a", column: "logo", problem: "its 3 bytes are not UTF-8" },
    { kind: "active", row: { uid: "b", values: {} } },
  ];
  const { changes, marks, problems } = planHub({
    hub: "hub",
    forms: [storedForm()],
    rows,
    nodes: [storedNode({ row: "a", form: "web" })],
    now: new Date(0),
  });
  assert.deepEqual(changes.map((change) => [change.kind, nameOf(change)]), [["create", "b-web"]]);
  assert.deepEqual(marks.map((mark) => mark.marks.frozen), ["InvalidValue"]);
  assert.match(problems[0]?.message ?? "", /column "logo" cannot be used: its 3 bytes are not UTF-8/);
});

Deno.test("each form has a node for each active row, named uid-form, in the order of names", () => {
  const made = plan({ forms: [web, storedForm({ name: "api" })], rows: [active("b"), active("a")] });
  assert.deepEqual(told(made), ["create a-api", "create a-web", "create b-api", "create b-web"]);
  assert.equal(made.desired, 4);
});

Deno.test("a node that holds what is wanted is left alone", () => {
  assert.deepEqual(told(plan({ rows: [active("a")], nodes: [nodeOf("a")] })), []);
});

Deno.test("another value, revision or hub is an update, and so are inline arrays", () => {
  const update = (node: StoredNode, row = active("a")) => told(plan({ rows: [row], nodes: [node] }));
  assert.deepEqual(update(nodeOf("a"), active("a", { activate: "1", plan: "pro" })), ["update a-web"]);
  assert.deepEqual(update(nodeOf("a"), active("a", {})), ["update a-web"]);
  assert.deepEqual(update(nodeOf("a", { spec: { revision: "web-0" } })), ["update a-web"]);
  assert.deepEqual(update(nodeOf("a", { spec: { hubId: "edited by hand" } })), ["update a-web"]);
  assert.deepEqual(update(nodeOf("a", { spec: { jobs: [resourceOf({ id: "j" })] } })), ["update a-web"]);
  assert.deepEqual(update(nodeOf("a", { spec: { values: undefined } })), ["update a-web"]);
});

Deno.test("a node goes when its row is inactive or absent, or its form is gone", () => {
  const nodes = [nodeOf("off"), nodeOf("gone"), nodeOf("on"), storedNode({ row: "on", form: "old" })];
  const rows: RowVerdict[] = [active("on"), { kind: "inactive", uid: "off" }];
  assert.deepEqual(told(plan({ rows, nodes })), [
    "delete gone-web",
    "delete off-web",
    "delete on-old",
  ]);
});

Deno.test("a node that is being deleted is neither updated nor deleted again", () => {
  const nodes = [
    nodeOf("a", { deleting: true, spec: { revision: "web-0" } }),
    nodeOf("b", { deleting: true }),
  ];
  assert.deepEqual(told(plan({ rows: [active("a")], nodes })), []);
});

Deno.test("a row whose activate can't be told keeps its node as it is and makes none", () => {
  const rows: RowVerdict[] = [{ kind: "unknown", uid: "a", column: "activate" }, {
    kind: "unknown",
    uid: "b",
    column: "activate",
  }];
  const made = plan({ rows, nodes: [nodeOf("a", { spec: { revision: "web-0" } })] });
  assert.deepEqual(told(made), []);
  assert.deepEqual(reasons(made), ["UnknownActivate a", "UnknownActivate b"]);
  assert.equal(made.desired, 0);
});

Deno.test("a quarantined uid makes no node and takes none away", () => {
  const rows: RowVerdict[] = [{ kind: "quarantined", uid: "A", shape: "it has upper-case letters" }];
  const made = plan({ rows, nodes: [storedNode({ row: "A", form: "web" })] });
  assert.deepEqual(told(made), []);
  assert.deepEqual(reasons(made), ["InvalidUid A"]);
  assert.match(made.problems[0]?.message ?? "", /upper-case letters; use lower-case/);
});

Deno.test("rows that repeat a uid and agree are one row", () => {
  const made = plan({ rows: [active("a"), active("a")] });
  assert.deepEqual(told(made), ["create a-web"]);
  assert.equal(made.desired, 1);
  assert.deepEqual(made.problems, []);
});

Deno.test("rows that repeat a uid and differ leave its node as it is, told once", () => {
  const differ = [active("a"), active("a", { activate: "yes" }), active("a", { activate: "1", x: "" })];
  for (const rows of [differ, [active("a"), { kind: "inactive", uid: "a" } as const]]) {
    const made = plan({ rows, nodes: [nodeOf("a", { spec: { revision: "web-0" } })] });
    assert.deepEqual(told(made), []);
    assert.deepEqual(reasons(made), ["DuplicateUid a"]);
  }
});

Deno.test("of two nodes with one name the first keeps it, the second gets a hash at its end", () => {
  const forms = [storedForm({ name: "c" }), storedForm({ name: "b-c" })];
  const rows = [active("a-b"), active("a")];
  const made = plan({ forms, rows, nodes: [storedNode({ row: "a-b", form: "c" })] });
  assert.deepEqual(told(made), ["create a-b-b-c", "create a-b-c-ed587551", "create a-c"]);
  assert.deepEqual(made.problems, []);
  const both = plan({ forms: forms.toReversed(), rows: rows.toReversed() });
  assert.deepEqual(told(both), ["create a-b-b-c", "create a-b-c", "create a-b-c-9411e0b6", "create a-c"]);
});

Deno.test("a node keeps the name that it has when the other one goes", () => {
  const forms = [storedForm({ name: "c" }), storedForm({ name: "b-c" })];
  const second = storedNode({ row: "a", form: "b-c" }, { name: "a-b-c-ed587551" });
  const made = plan({ forms: [storedForm({ name: "b-c" })], rows: [active("a")], nodes: [second] });
  assert.deepEqual(told(made), []);
  const back = plan({ forms, rows: [active("a-b"), active("a")], nodes: [second] });
  assert.deepEqual(told(back), ["create a-b-b-c", "create a-b-c", "create a-c"]);
});

Deno.test("a name that is somebody else's, and one that would be too long, get a hash too", () => {
  const taken = planHub({
    hub: "hub",
    forms: [web],
    rows: [active("a")],
    nodes: [],
    now: NOW,
    isForeign: (name) => name === "a-web",
  });
  assert.match(told(taken).join(), /^create a-web-[0-9a-f]{8}$/);
  const made = plan({ forms: [storedForm({ name: "f".repeat(200) })], rows: [active("u".repeat(60))] });
  const [name = ""] = made.changes.map(nameOf);
  assert.equal(name.length, 253);
  assert.match(name, /^u{60}-f+-[0-9a-f]{8}$/);
});

Deno.test("a node whose every name is taken is told", () => {
  const made = planHub({
    hub: "hub",
    forms: [web],
    rows: [active("a")],
    nodes: [],
    now: NOW,
    isForeign: () => true,
  });
  assert.deepEqual(told(made), []);
  assert.deepEqual(reasons(made), ["NameTaken a"]);
});

Deno.test("a paused row pauses its nodes, makes none and ends with the row or with a no", () => {
  const paused: RowVerdict = { kind: "paused", row: { uid: "a", values: { activate: "1" } } };
  const forms = [web, storedForm({ name: "new" })];
  const old = nodeOf("a", { spec: { revision: "web-0" } });
  const made = plan({ forms, rows: [paused], nodes: [old] });
  assert.deepEqual(told(made), []);
  assert.deepEqual(made.marks, [{ node: old, marks: { frozen: undefined, paused: true } }]);
  assert.equal(made.desired, 1);
  const byRow = nodeOf("a", { annotations: { "lynq.sh/paused-by": "row" }, spec: { paused: true } });
  assert.deepEqual(plan({ rows: [paused], nodes: [byRow] }).marks, []);
  assert.deepEqual(told(plan({ rows: [], nodes: [byRow] })), ["delete a-web"]);
  assert.deepEqual(told(plan({ rows: [{ kind: "inactive", uid: "a" }], nodes: [byRow] })), ["delete a-web"]);
});

Deno.test("the end of a row's pause is an update, whatever else of the node is to change", () => {
  const byRow = (spec = {}, annotations = {}) =>
    nodeOf("a", {
      annotations: { "lynq.sh/paused-by": "row", ...annotations },
      spec: { paused: true, ...spec },
    });
  for (const node of [byRow(), byRow({ revision: "web-0" }), byRow({ values: { activate: "yes" } })]) {
    const ended = plan({ rows: [active("a")], nodes: [node] });
    assert.deepEqual([told(ended), ended.marks], [["update a-web"], []]);
  }
  const byHandToo = byRow({}, { "lynq.sh/paused": "true" });
  const stays = plan({ rows: [active("a")], nodes: [byHandToo] });
  assert.deepEqual([stays.changes, stays.marks], [[], []]);
  const thawed = byRow({}, { "lynq.sh/frozen": "DuplicateUid" });
  const { changes, marks } = plan({ rows: [active("a")], nodes: [thawed] });
  assert.deepEqual(changes.map(({ kind }) => kind), ["update"]);
  assert.deepEqual(marks, [{ node: thawed, marks: { frozen: undefined, paused: true } }]);
});

Deno.test("of two nodes of one row and form, the one that isn't followed is left alone", () => {
  const paused: RowVerdict = { kind: "paused", row: { uid: "a", values: { activate: "1" } } };
  const other = nodeOf("a", { name: "a-web-by-hand" });
  assert.deepEqual(plan({ rows: [paused], nodes: [other, nodeOf("a")] }).marks.map(({ node }) => node.name), [
    "a-web",
  ]);
});

Deno.test("a node that a person paused keeps its pause, whatever its row says", () => {
  const byHand = nodeOf("a", { spec: { paused: true, revision: "web-0" } });
  const made = plan({ rows: [active("a")], nodes: [byHand] });
  assert.deepEqual([made.changes, made.marks], [[], []]);
});

Deno.test("a row that can't be followed marks its nodes and leaves their pause as it is", () => {
  const byRow = nodeOf("a", { annotations: { "lynq.sh/paused-by": "row" }, spec: { paused: true } });
  const made = plan({ rows: [active("a"), active("a", { activate: "yes" })], nodes: [byRow] });
  assert.deepEqual(made.marks, [{ node: byRow, marks: { frozen: "DuplicateUid", paused: true } }]);
  const marked = nodeOf("a", { annotations: { "lynq.sh/frozen": "DuplicateUid" } });
  const mended = plan({ rows: [active("a")], nodes: [marked] });
  assert.deepEqual(mended.marks, [{ node: marked, marks: { frozen: undefined, paused: false } }]);
  const gone = plan({ rows: [], nodes: [marked] });
  assert.deepEqual([told(gone), gone.marks], [["delete a-web"], []]);
});

Deno.test("a form without a valid revision makes no node and keeps all it has", () => {
  const form = storedForm({ status: {} });
  const made = plan({ forms: [form], rows: [active("new")], nodes: [nodeOf("gone")] });
  assert.deepEqual(told(made), []);
});

Deno.test("an invalid generation keeps nodes on the last good revision", () => {
  const form = storedForm({ generation: 7, status: { currentRevision: "web-1", observedGeneration: 7 } });
  assert.deepEqual(told(plan({ forms: [form], rows: [active("a")], nodes: [nodeOf("a")] })), []);
});

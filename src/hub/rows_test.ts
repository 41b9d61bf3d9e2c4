import assert from "node:assert/strict";
import { hubSpecOf } from "../../tests/support/stored_objects.ts";
import type { Cell } from "../source/port.ts";
import { columnsOf, judgeRow } from "./rows.ts";

const spec = hubSpecOf({ extraValueMappings: { plan: "plan_name", domain: "host" } });

/** A row as the source gives it, for the columns of `of`. */
function read(cells: Readonly<Record<string, Cell>>, of = spec) {
  const raw = columnsOf(of).map(({ variable, column }) => [variable, cells[column] ?? ""]);
  return judgeRow(Object.fromEntries(raw));
}

const active = (text: string) => read({ id: "acme", active: text, plan_name: "pro", host: "" }).kind;

Deno.test("columns are uid, hostOrUrl where mapped, activate, then the extras by variable", () => {
  const columns = (of: typeof spec) => columnsOf(of).map(({ column }) => column);
  assert.deepEqual(columns(spec), ["id", "active", "host", "plan_name"]);
  const mapped = { ...spec, valueMappings: { uid: "id", activate: "active", hostOrUrl: "url" } };
  assert.deepEqual(columns(mapped), ["id", "url", "active", "host", "plan_name"]);
  assert.deepEqual(columnsOf(spec).map(({ field }) => field), [
    "valueMappings.uid",
    "valueMappings.activate",
    "extraValueMappings.domain",
    "extraValueMappings.plan",
  ]);
});

Deno.test("exactly seven texts are a yes", () => {
  for (const text of ["1", "true", "TRUE", "True", "yes", "YES", "Yes"]) {
    assert.equal(active(text), "active", text);
  }
});

Deno.test("what is plainly a no switches the row off; NULL is a no", () => {
  const no = ["", "0", "false", "FALSE", "False", "no", "NO", "No", "off", "OFF", "Off"];
  for (const text of no) assert.equal(active(text), "inactive", text);
});

Deno.test("what is neither a yes nor a no is unknown; nothing is trimmed", () => {
  const neither = ["Y", "y", " 1", "true ", "TrUe", "tRUE", "2", "on", "\u0001", "t", "null", "yes\n", "-1"];
  for (const text of neither) assert.equal(active(text), "unknown", JSON.stringify(text));
});

Deno.test("a row's values are its mapped columns and its activate text", () => {
  assert.deepEqual(read({ id: "acme", active: "yes", plan_name: "pro", host: "" }), {
    kind: "active",
    row: { uid: "acme", values: { activate: "yes", domain: "", plan: "pro" } },
  });
});

Deno.test("extra variables named uid and activate change what templates see, not what the row is", () => {
  const of = hubSpecOf({ extraValueMappings: { uid: "other", activate: "flag" } });
  assert.deepEqual(read({ id: "acme", active: "1", other: "Big Name", flag: "no" }, of), {
    kind: "active",
    row: { uid: "acme", values: { uid: "Big Name", activate: "no" } },
  });
  assert.deepEqual(read({ id: "acme", active: "0", other: "x", flag: "1" }, of), {
    kind: "inactive",
    uid: "acme",
  });
});

Deno.test("a uid that can name an object is taken as it is", () => {
  for (const uid of ["a", "7", "acme", "a-b", "a.b", "a".repeat(63), "0-0"]) {
    assert.equal(read({ id: uid, active: "1" }).kind, "active", uid);
  }
});

Deno.test("a uid that can't name an object is quarantined whatever activate says", () => {
  const bad: readonly (readonly [string, RegExp])[] = [
    ["", /empty or NULL/],
    ["a".repeat(64), /64 characters, more than 63/],
    ["Acme", /upper-case/],
    ["m\u00fcller", /outside ASCII/],
    ["a_b", /other than a-z/],
    ["-a", /start and end/],
    ["a-", /start and end/],
    ["a..b", /other than/],
    [" a", /other than/],
    ["a\n", /outside ASCII/],
  ];
  for (const [uid, shape] of bad) {
    for (const text of ["1", "0", "?"]) {
      const verdict = read({ id: uid, active: text });
      assert(verdict.kind === "quarantined", uid);
      assert.match(verdict.shape, shape);
      if (uid.length > 2) assert(!verdict.shape.includes(uid), "the shape does not repeat the uid");
    }
  }
});

Deno.test("a pause column says yes or no as activate does; a no in activate wins", () => {
  const paused = hubSpecOf({ valueMappings: { uid: "id", activate: "active", pause: "hold" } });
  const kind = (hold: string, active = "1") => {
    const verdict = read({ id: "acme", active, hold }, paused);
    return verdict.kind === "unknown" ? `unknown ${verdict.column}` : verdict.kind;
  };
  assert.deepEqual(["", "0", "no", "off"].map((hold) => kind(hold)), Array(4).fill("active"));
  assert.deepEqual(["1", "true", "Yes"].map((hold) => kind(hold)), Array(3).fill("paused"));
  assert.deepEqual(["soon", " 1"].map((hold) => kind(hold)), Array(2).fill("unknown pause"));
  assert.deepEqual(["1", "soon"].map((hold) => kind(hold, "0")), Array(2).fill("inactive"));
  assert.equal(kind("1", "maybe"), "unknown activate");
  const verdict = read({ id: "acme", active: "1", hold: "1" }, paused);
  assert.deepEqual(verdict.kind === "paused" && verdict.row.values, { activate: "1" });
});

const problem = "its 3 bytes are not UTF-8";

Deno.test("a cell without text holds its own row, and matters only where the row is to be followed", () => {
  const unusable = (column: string) => ({ column, problem });
  const row = { id: "acme", active: "1", plan_name: "pro", host: "" };
  const told = (column: string) => ({ kind: "unusable", uid: "acme", column, problem });
  assert.deepEqual(read({ ...row, plan_name: unusable("plan_name") }), told("plan_name"));
  assert.deepEqual(read({ ...row, active: unusable("active") }), told("active"));
  assert.deepEqual(read({ ...row, active: "0", plan_name: unusable("plan_name") }), {
    kind: "inactive",
    uid: "acme",
  });
  assert.deepEqual(read({ ...row, id: unusable("id") }), { kind: "quarantined", uid: "", shape: problem });
});

Deno.test("texts that mean something elsewhere are values like any other", () => {
  const odd = [
    '{{ env "X" }}',
    "__LYNQ_TYPE_INT__5",
    "--- &a [*a]",
    "__proto__",
    "9007199254740993",
    "\u{1f600}",
    "../x",
  ];
  for (const text of odd) {
    const verdict = read({ id: "acme", active: "1", plan_name: text, host: "" });
    assert(verdict.kind === "active");
    assert.equal(verdict.row.values["plan"], text);
  }
  const of = hubSpecOf({ extraValueMappings: { plan: "plan_name", ["__proto__"]: "host" } });
  const verdict = read({ id: "acme", active: "1", plan_name: "pro", host: "x" }, of);
  assert(verdict.kind === "active");
  assert.equal(Object.getPrototypeOf(verdict.row.values), Object.prototype);
});

import assert from "node:assert/strict";
import type { KeyField, ObjectPath } from "../api/givens.ts";
import type { KubeObject } from "../kube/object.ts";
import { stabilize } from "./stable_object.ts";

const object = (rest: Record<string, unknown>): KubeObject => ({
  apiVersion: "v1",
  kind: "X",
  metadata: { name: "x" },
  ...rest,
});
const key = (path: ObjectPath, value: unknown): KeyField => ({ path, make: () => ({ kind: "made", value }) });

const privateKey = (kind: string) => kind;

function stable(
  wanted: KubeObject,
  keys: readonly KeyField[],
  live?: KubeObject,
): KubeObject & { made: readonly ObjectPath[] } {
  const done = stabilize(wanted, { keys, privateKey }, live);
  assert(done.kind === "stable");
  return { ...done.object, made: done.made };
}

Deno.test("a key is made where there is no object, no field or an empty text, and kept otherwise", () => {
  const wanted = object({ data: { k: "", other: "form" } });
  const keys = [key(["data", "k"], "new")];
  const gives = (live?: KubeObject) => stable(wanted, keys, live);
  assert.deepEqual(gives()["data"], { k: "new", other: "form" });
  assert.deepEqual(gives().made, [["data", "k"]]);
  assert.deepEqual(gives(object({}))["data"], { k: "new", other: "form" });
  assert.deepEqual(gives(object({ data: { k: "" } }))["data"], { k: "new", other: "form" });
  assert.deepEqual(gives(object({ data: { k: "old", other: "live" } }))["data"], { k: "old", other: "form" });
  assert.deepEqual(gives(object({ data: { k: "old" } })).made, []);
});

Deno.test("a map of keys is kept as a whole if all of it is there, and nothing else of the live map is taken", () => {
  const keys = [key(["data"], { crt: "C2", key: "K2" })];
  const gives = (live: unknown) => stable(object({ data: "" }), keys, object({ data: live }));
  assert.deepEqual(gives({ crt: "C1", key: "K1", foreign: "F" })["data"], { crt: "C1", key: "K1" });
  assert.deepEqual(gives({ crt: "C1", foreign: "F" })["data"], { crt: "C2", key: "K2" });
  assert.deepEqual(gives({ crt: "C1" }).made, [["data"]]);
});

Deno.test("elements of lists are found by their names, else by their places", () => {
  const wanted = object({ list: [{ name: "a", k: "" }, { name: "b", k: "" }], plain: [{ k: "" }] });
  const keys = [key(["list", 1, "k"], "new"), key(["plain", 0, "k"], "new")];
  const live = object({
    list: [{ name: "b", k: "of b" }, { name: "a", k: "of a" }],
    plain: [{ k: "first" }],
  });
  const { list, plain } = stable(wanted, keys, live) as unknown as Record<string, unknown>;
  assert.deepEqual(list, [{ name: "a", k: "" }, { name: "b", k: "of b" }]);
  assert.deepEqual(plain, [{ k: "first" }]);
  assert.deepEqual(stable(wanted, keys, object({})).made, [["list", 1, "k"], ["plain", 0, "k"]]);
});

Deno.test("a key that can't be made stops the write with its field, and a kept one is not made at all", () => {
  const failing: KeyField = {
    path: ["data", "k"],
    make: () => ({ kind: "failed", field: "spec.data.k", message: "no" }),
  };
  const wanted = object({ data: { k: "" } });
  assert.deepEqual(stabilize(wanted, { keys: [failing], privateKey }, undefined), {
    kind: "failed",
    field: "spec.data.k",
    message: "no",
  });
  assert.equal(
    stabilize(wanted, { keys: [failing], privateKey }, object({ data: { k: "old" } })).kind,
    "stable",
  );
});

Deno.test("the object that is given is not changed", () => {
  const wanted = object({ data: { k: "" } });
  stable(wanted, [key(["data", "k"], "new")]);
  assert.deepEqual(wanted["data"], { k: "" });
});

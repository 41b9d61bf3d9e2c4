import assert from "node:assert/strict";
import { watchEvent } from "./watch_stream.ts";

const what = "watch pods";
const isKnown = (version: string) => version === "7";

function line(type: string, object: unknown): string {
  return JSON.stringify({ type, object });
}

const pod = (version: string, more: Record<string, unknown> = {}) => ({
  metadata: { name: "a", resourceVersion: version, ...more },
});

Deno.test("a change of a known version is told as a bookmark that says so, without its object", () => {
  const known = { kind: "bookmark", resourceVersion: "7", known: true };
  for (const type of ["ADDED", "MODIFIED"]) {
    assert.deepEqual(watchEvent(line(type, pod("7")), { what, isKnown }), known);
  }
});

Deno.test("another version, a deletion and a line without a version are read", () => {
  const kindOf = (text: string) => watchEvent(text, { what, isKnown }).kind;
  assert.equal(kindOf(line("MODIFIED", pod("8"))), "modified");
  assert.equal(kindOf(line("DELETED", pod("7"))), "deleted");
  assert.equal(kindOf(line("ADDED", { metadata: { name: "a" } })), "added");
  assert.equal(watchEvent(line("ADDED", pod("7")), { what }).kind, "added");
  assert.deepEqual(watchEvent(line("BOOKMARK", pod("7")), { what, isKnown }), {
    kind: "bookmark",
    resourceVersion: "7",
  });
});

Deno.test("a version that stands elsewhere in the object is not taken for its own", () => {
  const misleading = { metadata: { annotations: { resourceVersion: "7" }, name: "a", resourceVersion: "9" } };
  assert.equal(watchEvent(line("MODIFIED", misleading), { what, isKnown }).kind, "modified");
  const quoted = pod("9", { annotations: { last: '{"resourceVersion":"7"}' } });
  assert.equal(watchEvent(line("MODIFIED", quoted), { what, isKnown }).kind, "modified");
});

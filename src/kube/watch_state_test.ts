import assert from "node:assert/strict";
import fc from "fast-check";
import { KubeError, KubeUnreachable } from "./error.ts";
import { delaySeconds, START, step, type WatchInput, type WatchState } from "./watch_state.ts";

const object = (name: string, resourceVersion: string) => ({ metadata: { name, resourceVersion } });
const event = (kind: "added" | "modified" | "deleted", name: string, version: string): WatchInput => ({
  kind: "event",
  event: { kind, object: object(name, version) },
});
const bookmark = (resourceVersion: string): WatchInput => ({
  kind: "event",
  event: { kind: "bookmark", resourceVersion },
});
const failed = (status: number, reason = "", causes = [] as string[]): WatchInput => ({
  kind: "failed",
  error: new KubeError("refused", {
    status,
    reason,
    causes: causes.map((cause) => ({ reason: cause, message: "", field: "" })),
  }),
});

function run(...inputs: WatchInput[]): WatchState {
  return inputs.reduce((state, input) => step(state, input).state, START);
}

const LISTED: WatchInput = { kind: "listed", resourceVersion: "10" };

Deno.test("a watch begins behind the list and moves on with events and bookmarks", () => {
  assert.deepEqual(run(LISTED), { kind: "watching", attempt: 0, resourceVersion: "10", heard: false });
  assert.deepEqual(run(LISTED, event("added", "a", "11"), bookmark("20")), {
    kind: "watching",
    attempt: 0,
    resourceVersion: "20",
    heard: true,
  });
});

Deno.test("a watch that the server ends is resumed behind its last version, without a list", () => {
  const state = run(LISTED, bookmark("20"), { kind: "ended" }, { kind: "waited" });
  assert.deepEqual(state, { kind: "watching", attempt: 0, resourceVersion: "20", heard: false });
});

Deno.test("a connection that breaks is resumed after a wait, without a list", () => {
  const error = new KubeUnreachable("reset", { code: "Reset" });
  const waiting = run(LISTED, { kind: "failed", error });
  assert.ok(waiting.kind === "waiting" && waiting.attempt === 1);
  assert.deepEqual(waiting.then, { kind: "watch", resourceVersion: "10" });
});

Deno.test("410 leads to one list after a wait, and again 410 to a longer wait", () => {
  const once = run(LISTED, failed(410, "Expired"));
  assert.ok(once.kind === "waiting" && once.then.kind === "list" && once.attempt === 1);
  const twice = run(LISTED, failed(410), { kind: "waited" }, LISTED, failed(410));
  assert.ok(twice.kind === "waiting" && twice.then.kind === "list" && twice.attempt === 2);
});

Deno.test("a version in the future of a restored server leads to a list", () => {
  const state = run(LISTED, failed(504, "Timeout", ["ResourceVersionTooLarge"]));
  assert.ok(state.kind === "waiting" && state.then.kind === "list");
});

Deno.test("a list that fails in the middle is begun anew", () => {
  const page: WatchInput = { kind: "page", objects: [object("a", "1")] };
  const state = run(page, failed(410, "Expired"));
  assert.ok(state.kind === "waiting" && state.then.kind === "list");
});

Deno.test("404 is a kind that is not served, looked for by a list", () => {
  assert.deepEqual(run(LISTED, failed(404)), { kind: "absent", attempt: 1 });
  assert.equal(run(failed(404), { kind: "waited" }).kind, "listing");
});

Deno.test("watches that end without a word are not asked for in a hot loop", () => {
  const state = run(LISTED, { kind: "ended" });
  assert.ok(state.kind === "waiting" && state.attempt === 1);
  assert.ok(delaySeconds(state, 0) >= 0.4);
});

Deno.test("waits grow to half a minute, spread by chance, and never undercut Retry-After", () => {
  const attempts = fc.integer({ min: 0, max: 1000 });
  const chances = fc.double({ min: 0, max: 0.999, noNaN: true });
  fc.assert(fc.property(attempts, chances, fc.integer({ min: 0, max: 90 }), (attempt, chance, asked) => {
    const waiting: WatchState & { kind: "waiting" } = {
      kind: "waiting",
      attempt,
      then: { kind: "list" },
      error: undefined,
      retryAfterSeconds: asked,
    };
    const seconds = delaySeconds(waiting, chance);
    assert.ok(seconds >= asked && seconds <= Math.max(asked, 45) && seconds >= 0.05);
  }));
});

Deno.test("inputs that a state does not expect leave it as it is", () => {
  const waiting = run(LISTED, failed(500));
  assert.equal(step(waiting, bookmark("99")).state, waiting);
  assert.equal(step(START, { kind: "waited" }).state, START);
});

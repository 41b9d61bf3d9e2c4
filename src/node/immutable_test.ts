import assert from "node:assert/strict";
import { childOf, recordOf } from "../../tests/support/child_objects.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import { createApplier } from "../apply/applier.ts";
import { type ScriptedAnswer, scriptedClient } from "../../tests/support/scripted_client.ts";
import type { Resource } from "../api/resource.ts";
import type { ApplyMode, DesiredObject, RejectionCode } from "../api/stages.ts";
import { KubeError } from "../kube/error.ts";
import { immutableChange } from "./immutable.ts";

const TYPE = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const KEY = { apiVersion: "v1", kind: "ConfigMap", namespace: "ns", name: "acme-a" };
const OBJECT = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "acme-a", namespace: "ns" } };
const INVALID = new KubeError("no", { status: 422, reason: "Invalid" });

interface Refused {
  readonly policy?: Partial<Resource>;
  readonly mode?: ApplyMode;
  readonly fields?: readonly string[];
  readonly code?: RejectionCode;
  readonly shared?: boolean;
  readonly doubt?: string;
}

/** What comes of a change that was refused, and the requests that it took. */
async function judge(refused: Refused, ...answers: ScriptedAnswer[]) {
  const { mode = "update", fields = ["spec.selector"], code = "Invalid", shared = false } = refused;
  const policy = resourceOf({ id: "a", ...refused.policy });
  const desired: DesiredObject = {
    ...{ id: "a", policy, type: TYPE, key: KEY, object: OBJECT, hash: "new", inputs: "i", manager: "lynq" },
    shared,
  };
  const client = scriptedClient(answers);
  const outcome = { kind: "rejected" as const, code, message: "no", fields };
  const found = await immutableChange(
    { applier: createApplier({ client, now: () => new Date(0) }) },
    {
      item: {
        kind: "target",
        id: "a",
        policy,
        wave: 0,
        type: TYPE,
        key: KEY,
        desired,
        wanted: () => Promise.resolve(desired),
      },
      situation: {
        id: "a",
        policy,
        desired,
        record: recordOf("a"),
        live: { kind: "present", child: childOf("a") },
        dependencies: new Map(),
        namespace: { name: "ns", state: "present" },
      },
      desired,
      mode,
      outcome,
      doubt: () => Promise.resolve(refused.doubt),
    },
    new AbortController().signal,
  );
  const settled = found === undefined || found === "gone" ? found : found.settled;
  return {
    settled,
    sent: client.sent.map(({ verb }) => verb),
    refused: typeof found === "object" ? found.refused : undefined,
  };
}

const reasonOf = (settled: Awaited<ReturnType<typeof judge>>["settled"]) =>
  typeof settled === "object" ? settled.reason : settled;

Deno.test("a change that would do as a new object is refused for an immutable field, and not sent again", async () => {
  const { settled, sent, refused } = await judge({}, OBJECT);
  assert.equal(reasonOf(settled), "ImmutableField");
  assert.match(
    JSON.stringify(settled),
    /another value of spec\.selector\. Revert the change.*recreateOnImmutable: true/,
  );
  assert.deepEqual([sent, refused], [["create"], "new"]);
});

Deno.test("content that would not do as a new object either is what is wrong", async () => {
  assert.deepEqual(await judge({}, INVALID), { settled: undefined, sent: ["create"], refused: undefined });
});

Deno.test("what names no field, another refusal, and a creation are no such change, and cost nothing", async () => {
  const recreate = { recreateOnImmutable: true };
  for (
    const refused of [{ fields: [] }, { code: "Forbidden" }, { mode: "create" }, { mode: "relabel" }] as const
  ) {
    assert.deepEqual((await judge({ policy: recreate, ...refused })).sent, []);
  }
});

Deno.test("with recreateOnImmutable the object of the recorded UID is deleted, and made anew when it is gone", async () => {
  const policy = { recreateOnImmutable: true };
  assert.equal((await judge({ policy }, OBJECT, undefined)).settled, "gone");
  const going = { ...OBJECT, metadata: { ...OBJECT.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
  const waiting = await judge({ policy }, OBJECT, going);
  assert.equal(reasonOf(waiting.settled), "Recreating");
  assert.deepEqual([waiting.sent, waiting.refused], [["create", "delete"], undefined]);
  const forbidden = new KubeError("no", { status: 403, reason: "Forbidden" });
  assert.equal(reasonOf((await judge({ policy }, OBJECT, forbidden)).settled), "ApplyFailed");
});

Deno.test("what is retained, shared, or was not made for the resource is never deleted", async () => {
  const policy = { recreateOnImmutable: true };
  const cases = [
    [{ policy: { ...policy, deletionPolicy: "Retain" } }, /since its deletionPolicy is Retain/],
    [{ policy, shared: true }, /since other nodes may share it/],
    [{ policy, mode: "take" }, /since it was not made for this resource/],
  ] as const;
  for (const [refused, says] of cases) {
    const { settled, sent } = await judge(refused, OBJECT);
    assert.match(JSON.stringify(settled), says);
    assert.deepEqual(sent, ["create"]);
  }
});

Deno.test("an object stays as long as the node that would replace it may have another spec by now", async () => {
  const { settled, sent } = await judge(
    { policy: { recreateOnImmutable: true }, doubt: "not as told" },
    OBJECT,
  );
  assert.equal(reasonOf(settled), "ApplyFailed");
  assert.deepEqual(sent, ["create"]);
});

import assert from "node:assert/strict";
import { childOf, recordOf } from "../../tests/support/child_objects.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { Resource } from "../api/resource.ts";
import type { Child, DesiredObject } from "../api/stages.ts";
import { decide, type Decision, type DependencyState, type Situation } from "./decide.ts";

const UNSEEN = { kind: "unseen" } as const;
const PRESENT = { kind: "present", child: childOf("a") } as const;

function desiredOf(hash: string): DesiredObject {
  return {
    id: "a",
    policy: resourceOf({ id: "a" }),
    type: { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true },
    key: { apiVersion: "v1", kind: "ConfigMap", namespace: "ns", name: "acme-a" },
    object: { metadata: { name: "acme-a" } },
    hash,
    inputs: "inputs",
    manager: "lynq",
    shared: false,
  };
}

/** A resource that is as it was left; `part` is what differs. */
function situation(
  part: Partial<Omit<Situation, "policy">> & { policy?: Partial<Resource> } = {},
): Situation {
  const { policy, ...rest } = part;
  return {
    id: "a",
    desired: undefined,
    record: recordOf("a"),
    live: PRESENT,
    dependencies: new Map(),
    namespace: { name: "ns", state: "present" },
    ...rest,
    policy: resourceOf({ id: "a", ...policy }),
  };
}

const depends = (states: Record<string, DependencyState>) => new Map(Object.entries(states));
const brief = (decision: Decision) =>
  "mode" in decision
    ? `${decision.kind} ${decision.mode}`
    : "reason" in decision
    ? `${decision.kind} ${decision.reason}`
    : "why" in decision
    ? `${decision.kind} ${decision.why}`
    : decision.kind;
const decided = (part: Parameters<typeof situation>[0]) => brief(decide(situation(part)));
const NEW = { record: undefined, live: UNSEEN, desired: desiredOf("hash") } as const;

Deno.test("what is as it was left is kept", () => {
  assert.equal(decided({}), "keep");
  assert.equal(decided({ desired: desiredOf("hash") }), "keep");
});

Deno.test("what is new is created", () => {
  assert.equal(decided(NEW), "apply create");
  assert.equal(
    decided({ ...NEW, record: recordOf("a", { uid: undefined, state: "Waiting" }) }),
    "apply create",
  );
});

Deno.test("what was rendered anew is updated, by its hash", () => {
  assert.equal(decided({ desired: desiredOf("other") }), "apply update");
});

Deno.test("what somebody changed is looked at: our entry is not as we left it, or the object is another", () => {
  const present = (part: Partial<Child>) => ({ kind: "present", child: childOf("a", part) } as const);
  assert.equal(decided({ live: present({ entry: "less" }) }), "look changed");
  assert.equal(decided({ live: present({ entry: undefined }) }), "look changed");
  assert.equal(decided({ live: present({ uid: "new" }) }), "look changed");
});

Deno.test("what another account wrote is tried for the one that the node has, before it is kept or repaired", () => {
  const by = (account?: string) => recordOf("a", account === undefined ? {} : { account });
  const drifted = { kind: "present", child: childOf("a", { entry: "less" }) } as const;
  assert.equal(decided({ account: "tenant", record: by("tenant") }), "keep");
  assert.equal(decided({ account: "tenant", record: by() }), "verify");
  assert.equal(decided({ account: "tenant", record: by("former"), live: drifted }), "verify");
  assert.equal(decided({ record: by("former") }), "verify");
  assert.equal(decided({ account: "tenant", record: by(), desired: desiredOf("other") }), "apply update");
  assert.equal(decided({ ...NEW, account: "tenant" }), "apply create");
});

Deno.test("drift that was reported is left as it is, until it is another or its message is lost", () => {
  const policy = { driftPolicy: "Report" } as const;
  const live = (part: Partial<Child> = {}) => ({
    kind: "present",
    child: childOf("a", { entry: "less", ...part }),
  } as const);
  const told = recordOf("a", { drifted: "less", reason: "Drifted" });
  assert.equal(decided({ policy, live: live(), record: told }), "keep");
  assert.equal(decided({ policy: {}, live: live(), record: told }), "look changed");
  assert.equal(decided({ policy, live: live({ entry: "other" }), record: told }), "look changed");
  assert.equal(decided({ policy, live: live({ uid: "new" }), record: told }), "look changed");
  const silent = recordOf("a", { drifted: "less" });
  assert.equal(decided({ policy, live: live(), record: silent }), "look changed");
  const progressing = live({ readiness: { kind: "progressing", message: "1/2" } });
  assert.equal(decided({ policy, live: progressing, record: silent }), "keep");
  const none = recordOf("a", { drifted: "none", reason: "Drifted" });
  assert.equal(decided({ policy, live: live({ entry: undefined }), record: none }), "keep");
});

Deno.test("what is recorded and not seen is looked for, since only its labels may be gone", () => {
  assert.equal(decided({ live: UNSEEN }), "look unseen");
  assert.equal(decided({ live: UNSEEN, desired: desiredOf("other") }), "look unseen");
});

Deno.test("a failed dependency skips, and names itself and the switch", () => {
  const decision = decide(situation({ ...NEW, dependencies: depends({ ok: "Ready", db: "Failed" }) }));
  assert(decision.kind === "skip");
  assert.equal(decision.dependency, "db");
  assert.equal(
    decision.message,
    "Resource 'a' skipped because dependency 'db' failed. Set skipOnDependencyFailure=false to create anyway.",
  );
});

Deno.test("a failed dependency holds back the change of what exists, not its repair", () => {
  const dependencies = depends({ db: "Failed" });
  assert.equal(decided({ desired: desiredOf("other"), dependencies }), "skip");
  assert.equal(decided({ dependencies }), "keep");
  const live = { kind: "present", child: childOf("a", { entry: "less" }) } as const;
  assert.equal(decided({ dependencies, live }), "look changed");
});

Deno.test("with skipOnDependencyFailure=false only a dependency that waits holds creation back", () => {
  const policy = { skipOnDependencyFailure: false };
  assert.equal(decided({ ...NEW, policy, dependencies: depends({ db: "Failed" }) }), "apply create");
  assert.equal(
    decided({ ...NEW, policy, dependencies: depends({ db: "Failed", cache: "Waiting" }) }),
    "wait WaitingForDependency",
  );
});

Deno.test("creation waits for its dependencies and names them", () => {
  const waiting = decide(
    situation({ ...NEW, dependencies: depends({ b: "Waiting", c: "Ready", d: "Waiting" }) }),
  );
  assert(waiting.kind === "wait");
  assert.equal(waiting.message, "Waiting for b, d to become ready");
});

Deno.test("while a dependency restarts, changes wait for it and what exists is repaired", () => {
  const dependencies = depends({ db: "Waiting" });
  assert.equal(decided({ dependencies, desired: desiredOf("other") }), "wait WaitingForDependency");
  assert.equal(decided({ dependencies }), "keep");
  assert.equal(decided({ dependencies, live: UNSEEN }), "look unseen");
});

Deno.test("what was created once is kept, changed, drifted or gone", () => {
  const once = { policy: { creationPolicy: "Once" }, record: recordOf("a", { once: true }) } as const;
  assert.equal(decided({ ...once, desired: desiredOf("other") }), "keep");
  assert.equal(decided({ ...once, live: { kind: "present", child: childOf("a", { entry: "x" }) } }), "keep");
  assert.equal(decided({ ...once, live: UNSEEN }), "look unseen");
  for (const reason of ["CreatedOnce", "FailedAndGone"]) {
    assert.equal(decided({ ...once, record: recordOf("a", { once: true, reason }), live: UNSEEN }), "keep");
  }
  assert.equal(decided({ ...once, policy: {}, desired: desiredOf("other") }), "apply update");
});

Deno.test("what tells of itself that it was created once is kept without a record, too", () => {
  const live = { kind: "present", child: childOf("a", { createdOnce: true }) } as const;
  const lost = { record: undefined, live, desired: desiredOf("other") };
  assert.equal(decided({ ...lost, policy: { creationPolicy: "Once" } }), "keep");
  assert.equal(decided(lost), "apply update");
});

Deno.test("a missing namespace is waited for", () => {
  const namespace = { name: "acme-ns", state: "missing" } as const;
  const waiting = decide(situation({ ...NEW, namespace }));
  assert(waiting.kind === "wait");
  assert.equal(waiting.message, "Waiting for namespace acme-ns to exist");
});

Deno.test("a terminating namespace takes nothing new, and what is in it is left to go", () => {
  const namespace = { name: "acme-ns", state: "terminating" } as const;
  assert.equal(decided({ ...NEW, namespace }), "wait NamespaceTerminating");
  assert.equal(decided({ live: UNSEEN, namespace }), "wait NamespaceTerminating");
  assert.equal(decided({ namespace }), "keep");
});

Deno.test("a dependency comes before the namespace, which may be that dependency", () => {
  const namespace = { name: "acme-ns", state: "missing" } as const;
  assert.equal(
    decided({ ...NEW, namespace, dependencies: depends({ ns: "Waiting" }) }),
    "wait WaitingForDependency",
  );
});

Deno.test("the object of another node is a conflict that names it, recorded or not", () => {
  const live = { kind: "foreign", owner: "ns/beta-web" } as const;
  const conflict = decide(situation({ record: undefined, live, desired: desiredOf("hash") }));
  assert(conflict.kind === "conflict");
  assert.match(conflict.message, /belongs to LynqNode ns\/beta-web/);
  assert.equal(decided({ live }), "conflict");
});

Deno.test("an object that is being deleted is waited for, whatever else is to do", () => {
  const live = { kind: "present", child: childOf("a", { deleting: true, entry: "less" }) } as const;
  assert.equal(decided({ live, desired: desiredOf("other") }), "wait BeingDeleted");
  assert.equal(decided({ live, record: recordOf("a", { reason: "Recreating" }) }), "wait Recreating");
});

Deno.test("what was refused for an immutable field is not sent again, until something of it is another", () => {
  const record = recordOf("a", { refused: "other", reason: "ImmutableField", message: "why" });
  const desired = desiredOf("other");
  assert.deepEqual(decide(situation({ record, desired })), { kind: "refused", message: "why" });
  assert.equal(decided({ record, desired: desiredOf("third") }), "apply update");
  assert.equal(decided({ record, desired: desiredOf("hash") }), "keep");
  assert.equal(decided({ record, desired, policy: { recreateOnImmutable: true } }), "apply update");
  const retained = { recreateOnImmutable: true, deletionPolicy: "Retain" } as const;
  assert.equal(decided({ record, desired, policy: retained }), "refused");
  assert.equal(decided({ record, desired, live: UNSEEN }), "look unseen");
  const another = { kind: "present", child: childOf("a", { uid: "new" }) } as const;
  assert.equal(decided({ record, desired, live: another }), "apply update");
});

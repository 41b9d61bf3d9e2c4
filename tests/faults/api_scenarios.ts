import type { ApiScenario } from "./scenario.ts";

const CHILDREN = ["configmaps", "secrets"];

const REASONS = { 409: "Conflict", 500: "InternalError", 503: "ServiceUnavailable" } as const;

/** Objects that a state before this work doesn't know. */
const NEWER = { create: /./, rename: /-site$/ } as const;

/** What an API server and the way to it may do. */
export const API_SCENARIOS: readonly ApiScenario[] = [
  {
    name: "a run without faults is like another",
    group: "api",
    workload: "update",
    at: "work",
    inject: [{ on: { verb: ["patch"] }, do: { kind: "delay", ms: 0 }, times: 1 }],
    chosen: true,
  },
  {
    name: "every first write of an object is done and its answer lost: create",
    group: "api",
    workload: "create",
    at: "work",
    inject: [{ on: { writes: true }, do: { kind: "lose" }, eachOnce: true }],
    lastsMs: 6000,
    chosen: true,
  },
  {
    name: "429 with Retry-After on every verb is waited out",
    group: "api",
    workload: "rename",
    at: "work",
    inject: [
      {
        on: { verb: ["patch"] },
        do: { kind: "answer", status: 429, reason: "TooManyRequests", retryAfter: 3 },
        times: 2,
      },
      {
        on: { verb: ["delete"] },
        do: { kind: "answer", status: 429, reason: "TooManyRequests", retryAfter: 3 },
        times: 1,
      },
    ],
    expect: [{ kind: "waits out Retry-After" }],
    chosen: true,
  },
  {
    name: "each kind of request is answered 429 with Retry-After once, whatever its verb",
    group: "api",
    workload: "rename",
    at: "start",
    inject: [{
      // What is told is not waited for: another event may have taken its place.
      on: { path: /^(?!.*\/events(?:[/?]|$))/ },
      do: { kind: "answer", status: 429, reason: "TooManyRequests", retryAfter: 2 },
      eachOnce: true,
    }],
    lastsMs: 10_000,
    flags: ["--leader-elect", "--leader-election-namespace=NAMESPACE"],
    expect: [
      { kind: "waits out Retry-After" },
      { kind: "meets", verbs: ["other", "get", "list", "watch", "create", "update", "patch", "delete"] },
    ],
    chosen: true,
  },
  ...(["update", "rename", "delete", "repair", "form"] as const).map((workload): ApiScenario => ({
    name: `every first write of an object is done and its answer lost: ${workload}`,
    group: "api",
    workload,
    at: "work",
    inject: [{ on: { writes: true }, do: { kind: "lose" }, eachOnce: true }],
    lastsMs: 6000,
  })),
  ...(["create", "rename", "delete"] as const).map((workload): ApiScenario => ({
    name: `every first write of an object never arrives: ${workload}`,
    group: "api",
    workload,
    at: "work",
    inject: [{ on: { writes: true }, do: { kind: "drop" }, eachOnce: true }],
    lastsMs: 6000,
  })),
  ...([500, 503, 409] as const).flatMap((status) =>
    (["create", "rename", "delete"] as const).map((workload): ApiScenario => ({
      name: `every first write of an object is answered ${status}: ${workload}`,
      group: "api",
      workload,
      at: "work",
      inject: [{
        on: { writes: true },
        do: { kind: "answer", status, reason: REASONS[status] },
        eachOnce: true,
      }],
      lastsMs: 6000,
    }))
  ),
  {
    name: "answers of writes end in the middle",
    group: "api",
    workload: "form",
    at: "work",
    inject: [{ on: { writes: true }, do: { kind: "truncate", bytes: 40 }, eachOnce: true }],
    lastsMs: 6000,
  },
  {
    name: "the second page of every list fails as the operator starts once more",
    group: "api",
    workload: "update",
    at: "restart",
    pageLimit: 1,
    inject: [{
      on: { verb: ["list"], path: /[?&]continue=/ },
      do: { kind: "answer", status: 500, reason: "InternalError" },
      times: 12,
    }],
    expect: [{ kind: "deletes nothing meanwhile" }],
  },
  {
    name: "the second page of a list is cut in the middle",
    group: "api",
    workload: "delete",
    at: "restart",
    pageLimit: 1,
    inject: [{
      on: { verb: ["list"], path: /[?&]continue=/ },
      do: { kind: "truncate", bytes: 100 },
      times: 6,
    }],
    expect: [{ kind: "deletes nothing meanwhile" }],
  },
  {
    name: "the token of a list's second page has expired",
    group: "api",
    workload: "update",
    at: "restart",
    pageLimit: 1,
    inject: [{
      on: { verb: ["list"], path: /[?&]continue=/ },
      do: { kind: "answer", status: 410, reason: "Expired" },
      times: 8,
    }],
    expect: [{ kind: "deletes nothing meanwhile" }],
  },
  {
    name: "discovery answers 503 as the operator starts once more",
    group: "api",
    workload: "rename",
    at: "restart",
    inject: [{ on: { verb: ["other"] }, do: { kind: "answer", status: 503, reason: "ServiceUnavailable" } }],
    lastsMs: 5000,
  },
  {
    name: "the token is rotated",
    group: "api",
    workload: "form",
    at: "work",
    rotatesToken: true,
    lastsMs: 1,
    chosen: true,
  },
  ...(["create", "update", "rename"] as const).map((workload): ApiScenario => ({
    name: `the operator starts once more against a server that does not know the ${workload} yet`,
    group: "api",
    workload,
    at: "restart",
    unseen: true,
    inject: [{ on: { verb: ["list", "watch"] }, do: { kind: "old" } }],
    lastsMs: 5000,
    expect: [{ kind: "deletes nothing" }],
  })),
  ...([["lynqforms"], ["lynqhubs"], ["lynqnodes"], ["lynqforms", "lynqhubs"], CHILDREN] as const).flatMap((
    resource,
  ) =>
    (["create", "rename"] as const).map((workload): ApiScenario => ({
      name: `the operator starts once more, and the lists of ${
        resource.join(" and ")
      } don't know the ${workload} yet`,
      group: "api",
      workload,
      at: "restart",
      unseen: true,
      inject: [{ on: { verb: ["list", "watch"], resource }, do: { kind: "old" } }],
      lastsMs: 5000,
      // What the older state asks for may come and go once more; what it doesn't know must not go.
      expect: [{ kind: "asks", on: { verb: ["delete"], name: NEWER[workload] }, most: 0 }],
      counts: "free",
    }))
  ),
  {
    name: "one resource is refused by a webhook, the others go on",
    group: "api",
    workload: "create",
    at: "work",
    inject: [{
      on: { resource: CHILDREN, name: /^acme-base$/, writes: true },
      do: { kind: "answer", status: 403, reason: "Forbidden" },
    }],
    lastsMs: 5000,
    expect: [{
      kind: "asks",
      on: { resource: CHILDREN, name: /^acme-base$/, writes: true },
      least: 2,
      most: 12,
    }],
  },
  ...(["rename", "delete"] as const).map((workload): ApiScenario => ({
    name: `every first deletion of an object is answered with a conflict: ${workload}`,
    group: "api",
    workload,
    at: "work",
    inject: [{
      on: { verb: ["delete"] },
      do: { kind: "answer", status: 409, reason: "Conflict" },
      eachOnce: true,
    }],
    lastsMs: 6000,
    chosen: true,
  })),
  {
    name: "one deletion is refused: the finalizer stays until it went through",
    group: "api",
    workload: "delete",
    at: "work",
    inject: [{
      on: { verb: ["delete"], name: /^beta-base$/ },
      do: { kind: "answer", status: 403, reason: "Forbidden" },
    }],
    lastsMs: 5000,
  },
];

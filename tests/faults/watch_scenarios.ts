import type { ApiScenario } from "./scenario.ts";

const OWN = ["lynqhubs", "lynqforms", "lynqnodes"];
const CHILDREN = ["configmaps", "secrets"];

/** What may happen to watches, and how they begin anew. */
export const WATCH_SCENARIOS: readonly ApiScenario[] = [
  {
    name: "a watch's version is gone, told as an event",
    group: "api",
    workload: "update",
    at: "work",
    strike: { on: {}, with: "expire" },
    lastsMs: 2000,
    expect: [{ kind: "asks", on: { verb: ["list"], resource: ["configmaps"] }, least: 1, most: 2 }],
    chosen: true,
  },
  {
    name: "every watch is cut inside an event, and answers come in pieces of a few bytes",
    group: "api",
    workload: "form",
    at: "work",
    strike: { on: {}, with: "cut" },
    inject: [{ on: { verb: ["watch", "list", "get"] }, do: { kind: "chop", most: 7 } }],
    lastsMs: 4000,
    chosen: true,
  },
  {
    name: "a watch begins anew with 410 as status, and deletions in the gap are noticed",
    group: "api",
    workload: "repair",
    at: "work",
    strike: { on: {}, with: "drop" },
    inject: [{
      on: { verb: ["watch"] },
      do: { kind: "answer", status: 410, reason: "Expired" },
      eachOnce: true,
    }],
    lastsMs: 3000,
    expect: [{ kind: "asks", on: { verb: ["list"], resource: ["configmaps"] }, least: 1, most: 2 }],
  },
  {
    name: "a watch that ends by itself goes on behind its bookmark without a list",
    group: "api",
    workload: "repair",
    at: "work",
    strike: { on: {}, with: "drop" },
    lastsMs: 1000,
    expect: [
      { kind: "asks", on: { verb: ["list"], resource: [...OWN, ...CHILDREN] }, most: 0 },
      { kind: "asks", on: { verb: ["watch"], resource: CHILDREN }, least: 2 },
    ],
  },
  ...(["create", "update", "rename", "delete", "repair", "form"] as const).map((workload): ApiScenario => ({
    name: `every event comes late, and never where another of its object follows: ${workload}`,
    group: "api",
    workload,
    at: "start",
    inject: [{ on: { verb: ["watch"] }, do: { kind: "withhold", ms: 1500 } }],
    lastsMs: 8000,
    ...(workload === "rename" ? { chosen: true as const } : {}),
  })),
  {
    name: "lists hang as the operator starts once more: what it has not seen is neither deleted nor made",
    group: "api",
    workload: "delete",
    at: "restart",
    inject: [{ on: { verb: ["list"] }, do: { kind: "hang" } }],
    lastsMs: 5000,
    expect: [
      { kind: "deletes nothing meanwhile" },
      // Lists come in pages, never as a watch whose end of the list might be missing.
      { kind: "asks", on: { path: /sendInitialEvents/ }, most: 0 },
    ],
  },
  {
    name: "every watch falls silent and stays open",
    group: "api",
    workload: "form",
    at: "work",
    strike: { on: {}, with: "silence" },
    lastsMs: 1000,
  },
  {
    name: "watches and lists are answered 429 with Retry-After",
    group: "api",
    workload: "update",
    at: "work",
    strike: { on: {}, with: "drop" },
    inject: [{
      on: { verb: ["watch"] },
      do: { kind: "answer", status: 429, reason: "TooManyRequests", retryAfter: 7 },
      eachOnce: true,
    }],
    lastsMs: 8000,
    expect: [
      { kind: "waits out Retry-After" },
      { kind: "asks", on: { verb: ["list"] }, most: 0 },
    ],
  },
  {
    name: "lists are answered 429 with Retry-After as the operator starts",
    group: "api",
    workload: "create",
    at: "start",
    inject: [{
      on: { verb: ["list"] },
      do: { kind: "answer", status: 429, reason: "TooManyRequests", retryAfter: 3 },
      eachOnce: true,
    }],
    lastsMs: 5000,
    expect: [{ kind: "waits out Retry-After" }],
  },
];

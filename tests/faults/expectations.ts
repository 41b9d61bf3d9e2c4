import assert from "node:assert/strict";
import { matches } from "../support/fault_requests.ts";
import type { SeenRequest } from "../support/fault_rules.ts";
import { isChange } from "./counts.ts";
import type { Expectation } from "./scenario.ts";

/** Requests since the faults were set, and those of them before the faults were lifted. */
export interface Observed {
  readonly since: readonly SeenRequest[];
  readonly meanwhile: readonly SeenRequest[];
}

export function assertExpected(expectations: readonly Expectation[], seen: Observed): void {
  for (const expectation of expectations) assertOne(expectation, seen);
}

function assertOne(expectation: Expectation, { since, meanwhile }: Observed): void {
  switch (expectation.kind) {
    case "waits out Retry-After":
      return assertWaited(since);
    case "asks": {
      const { on, least = 0, most = Infinity } = expectation;
      const asked = since.filter((each) => matches(on, each)).map(({ verb, path }) => `${verb} ${path}`);
      assert(asked.length >= least && asked.length <= most, `from ${least} to ${most}: ${asked.join(", ")}`);
      return;
    }
    case "deletes nothing meanwhile":
      return assertNoDeletion(meanwhile);
    case "deletes nothing":
      return assertNoDeletion(since);
    case "silent after release": {
      const released = since.findLastIndex(({ resource, writes }) => resource === "leases" && writes);
      assert(released >= 0, "the Lease is written");
      assert.deepEqual(since.slice(released).filter(isChange).map(({ verb, path }) => `${verb} ${path}`), []);
      return;
    }
    case "writes within its Lease":
      return assertLeased(since, expectation.seconds * 1000);
    case "meets": {
      const met = new Set(since.filter(({ fault }) => fault !== undefined).map(({ verb }) => verb));
      assert.deepEqual(expectation.verbs.filter((verb) => !met.has(verb)), []);
    }
  }
}

/** A stale view may ask for what is gone once more: each DELETE names a uid, so that 404 took nothing from anybody. */
function assertNoDeletion(seen: readonly SeenRequest[]): void {
  const deletions = seen.filter(({ verb, status }) => verb === "delete" && status !== 404);
  assert.deepEqual(deletions.map(({ path }) => path), []);
}

/** Every write that was sent, whether it arrived or not. */
function assertLeased(seen: readonly SeenRequest[], leaseMs: number): void {
  let renewedAt = -Infinity;
  for (const each of seen) {
    const { resource, writes, status = 0, at, verb, path } = each;
    if (resource === "leases" && writes && status >= 200 && status < 300) renewedAt = at;
    if (!isChange(each) || renewedAt === -Infinity) continue;
    assert(at - renewedAt <= leaseMs, `${verb} ${path} ${Math.round(at - renewedAt)} ms after the renewal`);
  }
  assert(renewedAt > -Infinity, "the Lease is written");
}

/** The clocks of two processes on one machine: so much earlier may a request seem to come, in milliseconds. */
const GRAIN_MS = 50;

function assertWaited(seen: readonly SeenRequest[]): void {
  seen.forEach(({ fault, verb, path, at, named }, index) => {
    if (fault?.kind !== "answer" || fault.retryAfter === undefined) return;
    const again = seen.slice(index + 1).find((each) =>
      each.verb === verb && pathOf(each) === path.split("?")[0] && (verb !== "create" || each.named === named)
    );
    if (again === undefined) return;
    const waited = again.at - at;
    assert(waited >= fault.retryAfter * 1000 - GRAIN_MS, `${verb} ${path} came again after ${waited} ms`);
  });
}

function pathOf({ path }: SeenRequest): string | undefined {
  return path.split("?")[0];
}

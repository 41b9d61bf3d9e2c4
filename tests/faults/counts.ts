import type { SeenRequest } from "../support/fault_rules.ts";

/** How often each object was made and deleted, as the API server answered. */
export type ChangeCounts = Readonly<Record<string, number>>;

const BESIDE = ["events", "leases"];

/** A write that changes the fleet: Events and Leases stand beside it. */
export function isChange({ writes, resource }: SeenRequest): boolean {
  return writes && !BESIDE.includes(resource);
}

/** `create configmaps/acme-base`: 1. One object that is asked to go twice, since the first answer was lost, goes once. */
export function changeCounts(seen: readonly SeenRequest[]): ChangeCounts {
  const counts: Record<string, number> = {};
  const gone = new Set<string>();
  for (const request of seen.filter(isChange)) {
    const what = changeOf(request);
    if (what === undefined) continue;
    const which = `${what} ${request.uid}`;
    if (request.verb === "delete" && gone.has(which)) continue;
    gone.add(which);
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).toSorted());
}

function changeOf({ verb, status = 0, resource, name, named }: SeenRequest): string | undefined {
  if (status === 201) return `create ${resource}/${name ?? named ?? ""}`;
  if (verb === "delete" && status >= 200 && status < 300) return `delete ${resource}/${name}`;
  return undefined;
}

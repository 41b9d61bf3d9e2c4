import { GrowingLines } from "../support/growing_lines.ts";

interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
}

const LEASES = "leases";

/** Counts the requests of an audit log by verb and resource, `patch configmaps`; those for Leases and watches are left out. */
export function requestsIn(lines: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) count(counts, line);
  return counts;
}

function count(counts: Map<string, number>, line: string): void {
  const { verb, requestURI, objectRef } = JSON.parse(line) as AuditEvent;
  if (objectRef?.resource === LEASES || verb === "watch") return;
  const what = [objectRef?.resource ?? requestURI.split("?")[0], objectRef?.subresource]
    .filter((part) => part !== undefined)
    .join("/");
  const key = `${verb} ${what}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** An audit log that grows: each look counts on from the one before. */
export class AuditLog {
  readonly #lines: GrowingLines;
  readonly #counts = new Map<string, number>();

  constructor(path: string) {
    this.#lines = new GrowingLines(path);
  }

  /** All requests so far, as `requestsIn` counts them; none where there is no log yet. */
  async requests(): Promise<ReadonlyMap<string, number>> {
    for (const line of await this.#lines.read()) count(this.#counts, line);
    return new Map(this.#counts);
  }
}

/** What came since `before`, kinds of request without any left out. */
export function since(
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  return new Map(
    [...now].map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const).filter(([, n]) => n > 0),
  );
}

export function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

const WRITES = ["create", "update", "patch", "delete", "deletecollection"];

/** The writes among them. */
export function writesIn(counts: ReadonlyMap<string, number>): number {
  return total(new Map([...counts].filter(([key]) => WRITES.includes(key.split(" ")[0] ?? ""))));
}

interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
}

const LEASES = "leases";

/** Counts the requests of an audit log by verb and resource, `patch configmaps`; those for Leases and watches are left out. */
export function requestsIn(lines: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const { verb, requestURI, objectRef } = JSON.parse(line) as AuditEvent;
    if (objectRef?.resource === LEASES || verb === "watch") continue;
    const what = [objectRef?.resource ?? requestURI.split("?")[0], objectRef?.subresource]
      .filter((part) => part !== undefined)
      .join("/");
    const key = `${verb} ${what}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
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

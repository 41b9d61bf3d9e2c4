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

/** An audit log that grows: each look reads what was added since the one before, so that it may have any size. */
export class AuditLog {
  readonly #path: string;
  readonly #counts = new Map<string, number>();
  readonly #decoder = new TextDecoder();
  #offset = 0;
  #rest = "";

  constructor(path: string) {
    this.#path = path;
  }

  /** All requests so far, as `requestsIn` counts them; none where there is no log yet. */
  async requests(): Promise<ReadonlyMap<string, number>> {
    const file = await Deno.open(this.#path).catch(() => undefined);
    if (file === undefined) return new Map();
    try {
      await file.seek(this.#offset, Deno.SeekMode.Start);
      const chunk = new Uint8Array(1 << 20);
      for (let size = await file.read(chunk); size !== null; size = await file.read(chunk)) {
        this.#offset += size;
        this.#add(this.#rest + this.#decoder.decode(chunk.subarray(0, size), { stream: true }));
      }
      return new Map(this.#counts);
    } finally {
      file.close();
    }
  }

  #add(text: string): void {
    const lines = text.split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") count(this.#counts, line);
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

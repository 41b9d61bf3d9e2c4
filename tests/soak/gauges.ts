/** What a process holds on to. */
export interface Gauges {
  /**
   * What is alive on the JavaScript heap, without compiled code, in bytes: the least of several samples, each of which may
   * follow a collection.
   */
  readonly heap: number;
  /**
   * Machine code and bytecode on the heap in bytes, sampled as `heap`. V8 compiles a function anew when it was called often
   * enough, after minutes or an hour, so that code grows ever more slowly up to what the program can have. In one sum with
   * the heap it would hide what is held.
   */
  readonly code: number;
  /** Resident memory in bytes. */
  readonly resident: number;
  readonly threads: number;
  /** Open descriptors by what they are: `socket`, `anon_inode:[eventpoll]`, `file`. */
  readonly descriptors: Readonly<Record<string, number>>;
  /** Series of /metrics, without those of no object. */
  readonly series: readonly string[];
  /** Series whose labels name no object: codes, reasons, results. Their number is bounded by what can happen. */
  readonly openEnded: readonly string[];
}

export interface Gauged {
  readonly pid: number;
  /** Where /metrics is, in plain HTTP. */
  readonly metricsPort: number;
}

/** Labels that name an object. */
const OBJECT_LABEL = /[{,](?:lynqnode|hub|form|namespace)="/;
const OBJECT_NAME = /[{,](?:lynqnode|hub|form)="[^"]*"/;

/** Collections that must have happened among the samples; the operator of a soak collects all at each (--gc-global). */
const COLLECTIONS = 4;
const SAMPLE_MS = 100;

export async function readGauges(of: Gauged): Promise<Gauges> {
  const least = await leastOf(of);
  const text = await metricsText(of);
  const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.slice(0, line.lastIndexOf(" ")));
  return {
    ...least,
    resident: valueOf(text, "process_resident_memory_bytes"),
    series: series.filter((each) => OBJECT_LABEL.test(each)).toSorted(),
    openEnded: series.filter((each) => !OBJECT_LABEL.test(each)).toSorted(),
  };
}

type Least = Pick<Gauges, "heap" | "code" | "threads" | "descriptors">;

/**
 * The least of many samples: a read of rows that is under way holds a connection and a thread. They end once the heap
 * has shrunk often enough: a collection came before, and what is left is alive.
 */
async function leastOf(of: Gauged): Promise<Least> {
  let [shrunk, before] = [0, Infinity];
  let least: Least = { heap: Infinity, code: Infinity, threads: Infinity, descriptors: {} };
  while (shrunk < COLLECTIONS) {
    const text = await metricsText(of);
    const [all, code] = [valueOf(text, "process_heap_bytes"), valueOf(text, "process_heap_code_bytes")];
    if (all < before && before !== Infinity) shrunk += 1;
    before = all;
    const threads = [...Deno.readDirSync(`/proc/${of.pid}/task`)].length;
    const now = descriptorsOf(of.pid);
    const kinds = Object.keys(least.descriptors).length === 0
      ? Object.entries(now)
      : Object.entries(least.descriptors).map(([kind, count]) =>
        [kind, Math.min(count, now[kind] ?? 0)] as const
      );
    least = {
      heap: Math.min(least.heap, all - code),
      code: Math.min(least.code, code),
      threads: Math.min(least.threads, threads),
      descriptors: Object.fromEntries(kinds),
    };
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
  }
  return least;
}

async function metricsText({ metricsPort }: Gauged): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`, {
    headers: { connection: "close" },
  });
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  return await response.text();
}

function valueOf(text: string, name: string): number {
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}

function descriptorsOf(pid: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name } of Deno.readDirSync(`/proc/${pid}/fd`)) {
    const kind = kindOf(`/proc/${pid}/fd/${name}`);
    if (kind !== undefined) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Undefined for a descriptor that was closed meanwhile. */
function kindOf(link: string): string | undefined {
  try {
    const target = Deno.readLinkSync(link);
    if (target.startsWith("/")) return "file";
    return target.startsWith("anon_inode") ? target : target.split(":")[0];
  } catch {
    return undefined;
  }
}

/** What may differ from one look to another. */
export interface Margin {
  /** What is held for minutes on purpose, and what the runtime notes of its compiled code. */
  readonly heap: number;
  /** What was compiled meanwhile. */
  readonly code: number;
  /** Pages that the collector keeps, and threads of pools that idle. */
  readonly resident: number;
  readonly threads: number;
}

/**
 * What is not back where it was, a line each; empty where nothing was kept. Series are those of an object that had none
 * before: one that lives may have been in a state that it was not in before.
 */
export function keptSince(before: Gauges, after: Gauges, margin: Margin): string[] {
  const known = new Set(before.series.map(objectOf));
  const more = after.series.filter((each) => !known.has(objectOf(each)));
  return [
    ...(["heap", "code", "resident", "threads"] as const).flatMap((what) =>
      after[what] > before[what] + margin[what]
        ? [`${what}: ${before[what]} before, ${after[what]} after, ${margin[what]} more allowed`]
        : []
    ),
    ...Object.keys(after.descriptors).flatMap((kind) => {
      const [was, is] = [before.descriptors[kind] ?? 0, after.descriptors[kind] ?? 0];
      return is > was ? [`${kind} descriptors: ${was} before, ${is} after`] : [];
    }),
    ...more.map((each) => `a series more: ${each}`),
  ];
}

function objectOf(series: string): string {
  return OBJECT_NAME.exec(series)?.[0].slice(1) ?? "";
}

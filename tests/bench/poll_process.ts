/**
 * One hub's polls, measured in a process of their own: the hub controller, the drivers and the threads that read SQLite
 * files as the operator has them, on a table that nobody changes. What to poll comes in LYNQ_POLL as JSON; the last line
 * that it prints is what it measured.
 */
import { cpuUsage } from "node:process";
import { reconcileHub } from "../../src/hub/reconcile.ts";
import { API_VERSION, HUB_FINALIZER } from "../../src/api/labels.ts";
import { KeptReaders } from "../../src/source/sqlite_readers.ts";
import { sourceOpener } from "../../src/operator/source_opener.ts";
import { type PollHeaps, pollHeaps } from "./poll_heaps.ts";
import type { PollMeasured } from "./poll_report.ts";
import { POLL_MAPPINGS } from "./poll_table.ts";
import { pollWorld } from "./poll_world.ts";

/** What such a process is started with. */
export interface PollOrder {
  readonly rows: number;
  /** `spec.source` of the hub. */
  readonly source: unknown;
  readonly password: string;
  /** Where it may read. */
  readonly sourceHosts: readonly string[];
  readonly sourcePaths: readonly string[];
  /** Polls that only warm up, those whose CPU counts, and those over which the heap is compared. */
  readonly polls: { readonly warm: number; readonly measured: number; readonly kept: number };
}

const META = { namespace: "poll", generation: 1, resourceVersion: "0" };

/** As many polls does it take at most until the nodes are made, the status is told, and the rows are known. */
const MOST_POLLS_TO_CALM = 5;

const HOUR_MS = 3_600_000;

async function measure({ rows, source, password, polls, ...reach }: PollOrder): Promise<PollMeasured> {
  let hours = 0;
  const heaps = pollHeaps();
  const readers = new KeptReaders(heaps.startThread);
  const { world, requests, nodes } = pollWorld({
    hub: {
      ...{ apiVersion: API_VERSION, kind: "LynqHub", spec: { source, ...POLL_MAPPINGS } },
      metadata: { ...META, name: "hub", uid: "hub", finalizers: [HUB_FINALIZER] },
    },
    form: {
      ...{ apiVersion: API_VERSION, kind: "LynqForm", spec: { hubId: "hub" } },
      ...{ metadata: { ...META, name: "web", uid: "form" }, status: { currentRevision: "web-1" } },
    },
    password,
    open: sourceOpener({ ...reach, apiServer: "https://api.example.com", readers }),
    now: () => new Date(hours * HOUR_MS),
  });
  const key = "poll/hub";
  const poll = async () => {
    hours++;
    await reconcileHub(world, key, new AbortController().signal);
    const sync = world.memory.get(key)?.sync;
    if (sync?.kind === "failed") throw new Error(sync.message);
  };
  const calm = () => world.memory.get(key)?.calm;
  await untilCalm(poll, calm);
  if (nodes() !== rows) throw new Error(`${rows} rows have ${nodes()} nodes`);
  const before = { requests: requests(), calm: calm() };
  const cpuSeconds: number[] = [];
  for (let n = 0; n < polls.warm; n++) await poll();
  for (let n = 0; n < polls.measured; n++) cpuSeconds.push(await cpuOf(poll));
  const bytes = await keptBy(poll, { times: polls.kept, heaps });
  if (requests() !== before.requests) throw new Error("a poll of unchanged rows sent requests");
  if (calm() !== before.calm) throw new Error("a poll of unchanged rows was planned");
  readers.close();
  return { rows, cpuSeconds, kept: { polls: polls.kept, bytes } };
}

async function untilCalm(poll: () => Promise<void>, calm: () => unknown): Promise<void> {
  for (let n = 0; n < MOST_POLLS_TO_CALM; n++) {
    const known = calm();
    await poll();
    if (known !== undefined && calm() === known) return;
  }
  throw new Error("the hub asks for more with every poll");
}

/** Seconds of CPU of all threads while this works. */
async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = cpuUsage();
  await work();
  const { user, system } = cpuUsage(before);
  return (user + system) / 1e6;
}

async function keptBy(
  work: () => Promise<void>,
  { times, heaps }: { times: number; heaps: PollHeaps },
): Promise<number> {
  const before = await heaps.alive();
  for (let n = 0; n < times; n++) await work();
  return await heaps.alive() - before;
}

if (import.meta.main) {
  const order: PollOrder = JSON.parse(Deno.env.get("LYNQ_POLL") ?? "{}");
  console.log(JSON.stringify(await measure(order)));
  Deno.exit(0);
}

import { getHeapSpaceStatistics } from "node:v8";
import { Counter, Gauge, type Registry } from "prom-client";

/**
 * The `process_*` series that a Deno process can tell without a permission.
 *
 * prom-client's own collection reads /proc and the event loop's histogram, which need `--allow-read`; CPU time has no
 * permission-free source beside Node's `process`, whose counter covers the whole process.
 */
export function registerProcessMetrics(registry: Registry, now: () => number): void {
  const registers = [registry];
  new Gauge({
    name: "process_start_time_seconds",
    help: "Start time of the process since unix epoch in seconds.",
    registers,
  }).set(Math.round(now() / 1000 - performance.now() / 1000));
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    registers,
    collect() {
      this.set(Deno.memoryUsage().rss);
    },
  });
  new Gauge({
    name: "process_heap_bytes",
    help: "JavaScript heap in use, in bytes.",
    registers,
    collect() {
      this.set(Deno.memoryUsage().heapUsed);
    },
  });
  new Gauge({
    name: "process_heap_code_bytes",
    help:
      "Part of process_heap_bytes that is compiled code, which grows with what has run, not with what is held.",
    registers,
    collect() {
      this.set(codeBytes());
    },
  });
  new Counter({
    name: "process_cpu_seconds_total",
    help: "Total user and system CPU time spent in seconds.",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1_000_000);
    },
  });
}

/** Machine code, and bytecode with what belongs to either: V8 keeps both apart from data. */
const CODE_SPACES: ReadonlySet<string> = new Set([
  "code_space",
  "code_large_object_space",
  "trusted_space",
  "trusted_large_object_space",
]);

function codeBytes(): number {
  const spaces = getHeapSpaceStatistics().filter(({ space_name }) => CODE_SPACES.has(space_name));
  return spaces.reduce((sum, { space_used_size }) => sum + space_used_size, 0);
}

/** What the kernel says of a process. */
export interface ProcessUsage {
  /** Seconds of CPU since its start, in user and kernel mode. */
  readonly cpuSeconds: number;
  /** Largest resident set so far, in MB of 2^20 bytes. */
  readonly peakMb: number;
  readonly residentMb: number;
}

/** Clock ticks a second in /proc; 100 on every Linux that Deno runs on. */
const TICKS = 100;

/** Reads /proc of a running process. */
export async function processUsage(pid: number): Promise<ProcessUsage> {
  const [stat, status] = await Promise.all([
    Deno.readTextFile(`/proc/${pid}/stat`),
    Deno.readTextFile(`/proc/${pid}/status`),
  ]);
  const fields = stat.slice(stat.lastIndexOf(")") + 1).trim().split(" ");
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
    peakMb: Math.round(kilobytes("VmHWM") / 1024),
    residentMb: Math.round(kilobytes("VmRSS") / 1024),
  };
}

import { cpus, totalmem } from "node:os";

/** Where and when something was measured. */
export interface Machine {
  /** `2026-01-31`. */
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly deno: string;
}

export function machineOf(): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    deno: Deno.version.deno,
  };
}

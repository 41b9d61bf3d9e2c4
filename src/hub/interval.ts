import type { HubSpec } from "../api/hub.ts";

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000 } as const;
const DEFAULT = "30s";
const FLOOR_MS = 1000;

/** The hub's sync interval as text, from either place it may be written at. */
export function intervalText(spec: HubSpec): string {
  return spec.source.syncInterval ?? spec.syncInterval ?? DEFAULT;
}

/** Milliseconds between two reads; at least a second, so that `0s` is no hot loop. */
export function intervalMs(spec: HubSpec): number {
  const text = intervalText(spec);
  const unit = text.slice(-1) as keyof typeof UNIT_MS;
  return Math.max(FLOOR_MS, Number(text.slice(0, -1)) * UNIT_MS[unit]);
}

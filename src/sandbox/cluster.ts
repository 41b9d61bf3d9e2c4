import type { Programs } from "./cel_rules.ts";
import type { FieldManagement } from "./field_management.ts";
import type { Registry } from "./registry.ts";
import type { ServedResource } from "./served_resource.ts";
import type { Storage } from "./storage.ts";

/** What every part of the sandbox works on. Time, chance and ids are given, so that tests can fix them. */
export interface Cluster {
  readonly storage: Storage;
  readonly registry: Registry;
  readonly fields: FieldManagement;
  readonly programs: Programs;
  readonly clock: () => Date;
  /** In [0, 1). */
  readonly random: () => number;
  readonly uid: () => string;
}

/** RFC 3339 to the second, UTC: what `metav1.Time` is. */
export function timeText(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}

/** RFC 3339 with microseconds, UTC: what `metav1.MicroTime` is. */
export function microTimeText(date: Date): string {
  return date.toISOString().replace("Z", "000Z");
}

/** One object's place, and the subresource that is written ("" is the object itself). */
export interface ObjectTarget {
  readonly resource: ServedResource;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource: string;
}

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly manager: string;
  readonly fieldValidation: "Ignore" | "Warn" | "Strict";
  readonly force: boolean;
}

/** How controllers of the sandbox write. */
export function internalWrite(manager: string): WriteOptions {
  return { dryRun: false, manager, fieldValidation: "Ignore", force: false };
}

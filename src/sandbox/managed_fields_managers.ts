import { compareText } from "../kube/compare_text.ts";
import type { ManagedFieldsEntry } from "../kube/object.ts";
import { type FieldSet, fromFieldsV1, isEmptySet, toFieldsV1, unionOf } from "./managed_fields_set.ts";

/**
 * The owners of an object's fields. The key tells owners apart: an applier by name and subresource, an updater by name,
 * apiVersion and subresource.
 */
export type Managers = ReadonlyMap<string, Manager>;

export interface Manager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  readonly fields: FieldSet;
  /** RFC 3339 to the second; undefined where no time was recorded. */
  readonly time: string | undefined;
}

/** Where `managedFields` do not follow their format. */
export class ManagedFieldsError extends Error {
  override readonly name = "ManagedFieldsError";
}

const MAX_UPDATERS = 10;
const ANCIENT = "ancient-changes";

export function managerKey(manager: Omit<Manager, "fields" | "time">): string {
  const version = manager.operation === "Apply" ? "" : manager.apiVersion;
  return JSON.stringify([manager.name, manager.operation, version, manager.subresource]);
}

/** @throws ManagedFieldsError */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined | null): Managers {
  const managers = new Map<string, Manager>();
  for (const [index, entry] of (entries ?? []).entries()) {
    const manager = decodeEntry(entry, index);
    managers.set(managerKey(manager), manager);
  }
  return managers;
}

function decodeEntry(entry: ManagedFieldsEntry, index: number): Manager {
  const { operation, apiVersion, fieldsType } = entry;
  if (operation !== "Apply" && operation !== "Update") {
    throw new ManagedFieldsError("operation must be `Apply` or `Update`");
  }
  if (!apiVersion) throw new ManagedFieldsError("apiVersion must not be empty");
  if (!fieldsType) throw new ManagedFieldsError(`missing fieldsType in managed fields entry ${index}`);
  if (fieldsType !== "FieldsV1") {
    throw new ManagedFieldsError(`invalid fieldsType "${fieldsType}" in managed fields entry ${index}`);
  }
  return {
    name: entry.manager ?? "",
    operation,
    apiVersion,
    subresource: entry.subresource ?? "",
    fields: decodeFields(entry),
    time: entry.time ?? undefined,
  };
}

function decodeFields(entry: ManagedFieldsEntry): FieldSet {
  try {
    return fromFieldsV1(entry.fieldsV1 ?? {});
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ManagedFieldsError(`fieldsV1 of manager "${entry.manager ?? ""}" holds a key that is no JSON`);
  }
}

/** `managedFields` as stored: appliers first, then by time, name, version and subresource. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] {
  return [...managers.values()].sort(compareManagers).map((manager) => ({
    ...(manager.name === "" ? {} : { manager: manager.name }),
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(manager.time === undefined ? {} : { time: manager.time }),
    fieldsType: "FieldsV1",
    fieldsV1: toFieldsV1(manager.fields),
    ...(manager.subresource === "" ? {} : { subresource: manager.subresource }),
  }));
}

function compareManagers(a: Manager, b: Manager): number {
  return compareText(a.operation, b.operation) || secondsOf(a.time) - secondsOf(b.time) ||
    compareText(a.name, b.name) || compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource);
}

function secondsOf(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000);
}

/** A copy with one owner's fields; an owner of nothing is dropped. */
export function withManager(managers: Managers, manager: Manager): Managers {
  const next = new Map(managers);
  if (isEmptySet(manager.fields)) next.delete(managerKey(manager));
  else next.set(managerKey(manager), manager);
  return next;
}

/** At most ten updaters are told apart; the oldest beyond that are one entry a version, `ancient-changes`. */
export function cappedManagers(managers: Managers): Managers {
  const updaters = [...managers].filter(([, manager]) => manager.operation === "Update");
  if (updaters.length <= MAX_UPDATERS) return managers;
  updaters.sort(([keyA, a], [keyB, b]) => secondsOf(a.time) - secondsOf(b.time) || compareText(keyA, keyB));
  const next = new Map(managers);
  const firstOfVersion = new Map<string, string>();
  let count = updaters.length;
  for (const [key, manager] of updaters) {
    if (count <= MAX_UPDATERS) break;
    const first = firstOfVersion.get(manager.apiVersion);
    if (first === undefined) {
      firstOfVersion.set(manager.apiVersion, key);
      continue;
    }
    const bucket: Omit<Manager, "fields" | "time"> = {
      name: ANCIENT,
      operation: "Update",
      apiVersion: manager.apiVersion,
      subresource: "",
    };
    const bucketKey = managerKey(bucket);
    const held = next.get(bucketKey) ?? next.get(first);
    if (!next.has(bucketKey)) next.delete(first);
    const fields = held === undefined ? manager.fields : unionOf(manager.fields, held.fields);
    next.delete(key);
    next.set(bucketKey, { ...bucket, fields, time: manager.time });
    count--;
  }
  return next;
}

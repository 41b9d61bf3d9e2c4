import type { ResourceRecord } from "../api/node.ts";
import type { FieldConflict } from "../api/stages.ts";
import { sharerOf } from "../api/claimant.ts";
import { TRACKING_LABELS } from "../api/labels.ts";
import { type FieldSet, union, within, without } from "../kube/field_set.ts";
import { fieldHash, unpackFields } from "../kube/field_hashes.ts";
import { fieldPaths } from "../kube/fields.ts";
import type { KubeObject, ManagedFieldsEntry } from "../kube/object.ts";
import { ignoredFields, isShared } from "./ignored_fields.ts";
import { othersOf, ownFields } from "./own_fields.ts";
import { type WrittenOver, writtenOver } from "./string_data.ts";

/** What became of the fields that were ours after our last write. */
export interface Drift {
  /** Fields that others own instead, ignored ones left out. */
  readonly taken: readonly FieldConflict[];
  /** Values owned as a whole that ignoreFields names a part of, and that others own instead: what of it differs is open. */
  readonly shared: readonly FieldConflict[];
  /** Hashes of fields that nobody owns any more: removed, or of another shape. */
  readonly removed: ReadonlySet<string>;
  /** Only ignored fields, and tracking labels to another node that shares the object, went to others: nothing is to be put back. */
  readonly released: boolean;
}

export interface DriftInput {
  readonly record: Pick<ResourceRecord, "fields"> | undefined;
  /** Our field manager for this object. */
  readonly manager: string;
  /** The rendered object, for the places in lists that ignoreFields name. */
  readonly wanted: KubeObject;
  readonly ignoreFields: readonly string[];
}

/** Compares our fields as recorded with the managedFields of the live object. */
export function driftOf(live: KubeObject, input: DriftInput): Drift {
  const fields = ownFields(live, input.manager);
  const over = writtenOver(live, fields, input.manager).filter(({ time }) => time >= lastWrite(live, input));
  const overwritten = new Set(over.flatMap(pathsOf).map(({ field }) => field));
  const own = new Set(fieldPaths(fields).filter((path) => !overwritten.has(path)).map(fieldHash));
  const missing = new Set([...unpackFields(input.record?.fields)].filter((hash) => !own.has(hash)));
  const found = new Set<string>();
  const ignored = new Set<string>();
  const taken: FieldConflict[] = over.flatMap(pathsOf).filter(({ field }) => missing.has(fieldHash(field)));
  const shared: FieldConflict[] = [];
  for (const { field } of taken) found.add(fieldHash(field));
  for (const entry of othersOf(live, input.manager)) {
    const fields = entry.fieldsV1 ?? {};
    const left = union(
      ignoredFields(fields, input.wanted, input.ignoreFields),
      trackingOf(entry, input.manager),
    );
    for (const path of fieldPaths(left)) if (missing.has(fieldHash(path))) ignored.add(fieldHash(path));
    for (const path of fieldPaths(without(fields, left))) {
      const hash = fieldHash(path);
      if (!missing.has(hash)) continue;
      found.add(hash);
      const whole = isShared(path, input.ignoreFields);
      (whole ? shared : taken).push({ manager: entry.manager ?? "", field: path });
    }
  }
  const removed = new Set([...missing].filter((hash) => !found.has(hash) && !ignored.has(hash)));
  const none = taken.length + shared.length + removed.size === 0;
  return { taken, shared, removed, released: ignored.size > 0 && none };
}

const TRACKING = { metadata: { labels: Object.fromEntries([...TRACKING_LABELS].map((name) => [name, ""])) } };

/** The tracking labels of a shared object, which any of its nodes may have. */
function trackingOf({ manager, fieldsV1 = {} }: ManagedFieldsEntry, own: string): FieldSet {
  const sharing = sharerOf(manager) !== undefined && sharerOf(own) !== undefined;
  return sharing ? within(fieldsV1, TRACKING) : {};
}

function pathsOf({ manager, keys }: WrittenOver): FieldConflict[] {
  return keys.map((key) => ({ manager, field: `.data.${key}` }));
}

/** When one of our writes last changed something, RFC 3339. */
function lastWrite({ metadata }: KubeObject, { manager }: DriftInput): string {
  const times = (metadata.managedFields ?? []).flatMap((entry) =>
    entry.manager === manager && entry.time !== undefined ? [entry.time] : []
  );
  return times.sort().at(-1) ?? "";
}

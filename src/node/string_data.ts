import { below, type FieldSet } from "../kube/field_set.ts";
import type { KubeObject, ManagedFieldsEntry } from "../kube/object.ts";
import { textHash } from "./object_hash.ts";

/** Another manager's apply of a Secret's `stringData`, as far as it wrote over `data` that is ours. */
export interface WrittenOver {
  readonly manager: string;
  readonly time: string;
  /** Keys of `data`. */
  readonly keys: readonly string[];
}

/**
 * A server-side apply with `stringData` changes `data` and takes it from nobody: its manager owns `f:stringData` from
 * then on, and `f:data` stays with whoever had it. Only the time of that entry tells of a change.
 */
export function writtenOver(object: KubeObject, own: FieldSet, manager: string): WrittenOver[] {
  const data = below(own, "f:data");
  return (object.metadata.managedFields ?? []).flatMap((entry) => {
    if (entry.manager === manager) return [];
    const keys = Object.keys(textsOf(entry)).filter((key) => key in data).map((key) => key.slice(2));
    return keys.length === 0
      ? []
      : [{ manager: entry.manager ?? "", time: entry.time ?? "", keys: keys.sort() }];
  });
}

/** What of it makes a difference to the hash of our entry; empty where there is nothing. */
export function writtenOverMark(over: readonly WrittenOver[]): string {
  if (over.length === 0) return "";
  const texts = over.map(({ manager, time, keys }) => `${manager} ${time} ${keys.join(" ")}`).sort();
  return `~${textHash(texts.join("\n"))}`;
}

function textsOf({ fieldsV1 = {} }: ManagedFieldsEntry): FieldSet {
  return below(fieldsV1, "f:stringData");
}

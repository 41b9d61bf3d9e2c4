import { FORMER, isFormer, isFormerApply, isFormerUpdate } from "../api/former.ts";
import { below, type FieldSet, isEmpty, union, within, without } from "../kube/field_set.ts";
import type { KubeObject, ManagedFieldsEntry } from "../kube/object.ts";

/** One operation of a JSON patch. */
export interface PatchOperation {
  readonly op: "replace" | "remove";
  readonly path: string;
  readonly value?: unknown;
}

export interface Inheritance {
  readonly live: KubeObject;
  readonly desired: KubeObject;
  /** Our field manager for this object. */
  readonly manager: string;
}

/**
 * The JSON patch that makes the fields of the Go implementation ours, so that our next apply removes what has left the
 * form; undefined where there is none to make. Values stay as they are. All that its applies own becomes ours; of its
 * other writes only what we want, too, since other programs write under that name. Its own two annotations go, but for
 * those of a Deployment: a change of its annotations is a new generation; they stay as nobody's. The patch names the
 * version that it was made for: the server answers 409 when the object moved on.
 */
export function inheritPatch({ live, desired, manager }: Inheritance): PatchOperation[] | undefined {
  if (!isFormer(live)) return undefined;
  const annotations = isDeployment(desired) ? {} : live.metadata.annotations ?? {};
  return [
    { op: "replace", path: "/metadata/resourceVersion", value: live.metadata.resourceVersion },
    {
      op: "replace",
      path: "/metadata/managedFields",
      value: inherited(live.metadata.managedFields ?? [], { desired, manager }),
    },
    ...[FORMER.appliedHash, FORMER.applyStartTime].filter((key) => key in annotations).map((
      key,
    ): PatchOperation => ({ op: "remove", path: `/metadata/annotations/${key.replaceAll("/", "~1")}` })),
  ];
}

function inherited(
  entries: readonly ManagedFieldsEntry[],
  { desired, manager }: Omit<Inheritance, "live">,
): ManagedFieldsEntry[] {
  const present = entries.find((entry) => isOwn(entry, manager));
  const former = entries.find(isFormerApply);
  const apiVersion = present?.apiVersion ?? former?.apiVersion ?? desired.apiVersion;
  let own: FieldSet = present?.fieldsV1 ?? {};
  const others: ManagedFieldsEntry[] = [];
  for (const entry of entries) {
    if (entry === present) continue;
    const fields = entry.fieldsV1 ?? {};
    if (entry === former) {
      // Fields of another version of the kind mean other places: they are given up, not taken over.
      if (entry.apiVersion === apiVersion) own = union(own, without(asStored(fields, desired), MARKS));
    } else if (isFormerUpdate(entry) && entry.apiVersion === apiVersion) {
      const ours = formerly(fields, desired);
      own = union(own, ours);
      const rest = without(without(fields, ours), MARKS);
      if (!isEmpty(rest)) others.push({ ...entry, fieldsV1: rest });
    } else others.push(entry);
  }
  if (isEmpty(own)) return others;
  const base = present ?? former ?? { fieldsType: "FieldsV1" };
  return [
    {
      ...base,
      manager,
      operation: "Apply",
      ...(apiVersion === undefined ? {} : { apiVersion }),
      fieldsV1: own,
    },
    ...others,
  ];
}

/** Of the other writes: what is wanted. */
function formerly(fields: FieldSet, desired: KubeObject): FieldSet {
  return within(asStored(fields, desired), desired);
}

/** The annotations that the Go implementation alone writes: nobody is to own them. */
const MARKS: FieldSet = {
  "f:metadata": { "f:annotations": { [`f:${FORMER.appliedHash}`]: {}, [`f:${FORMER.applyStartTime}`]: {} } },
};

function isDeployment({ apiVersion, kind }: KubeObject): boolean {
  return kind === "Deployment" && apiVersion?.startsWith("apps/") === true;
}

function isOwn(entry: ManagedFieldsEntry, manager: string): boolean {
  return entry.manager === manager && entry.operation === "Apply" && !entry.subresource;
}

/** A Secret's `stringData` is stored as `data`, while its owner is remembered for `stringData`. */
function asStored(fields: FieldSet, { apiVersion, kind }: KubeObject): FieldSet {
  const texts = below(fields, "f:stringData");
  if (apiVersion !== "v1" || kind !== "Secret" || isEmpty(texts)) return fields;
  const { "f:stringData": _, ...rest } = fields;
  return union(rest, { "f:data": texts });
}

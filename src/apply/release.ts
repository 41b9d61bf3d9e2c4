import { ANNOTATION, FIELD_MANAGER } from "../api/labels.ts";
import type { ChildTarget, Outcome } from "../api/stages.ts";
import type { KubeClient } from "../kube/client.ts";
import { isNotFound } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { refOf } from "./object_ref.ts";

/**
 * Gives up every field that a manager applied, by an apply of nothing: what nobody else owns goes. What it left in the
 * metadata by other writes goes too. Only the object of that UID is touched.
 */
export async function release(
  client: KubeClient,
  { target, manager }: { target: ChildTarget; manager: string },
  signal: AbortSignal,
): Promise<Outcome> {
  const { type, key, uid } = target;
  const ref = refOf(type, key);
  const metadata = { name: key.name, ...(key.namespace === "" ? {} : { namespace: key.namespace }), uid };
  const nothing = { apiVersion: key.apiVersion, kind: key.kind, metadata };
  try {
    // Applying to an object that is gone would make it anew.
    const live = await client.get(ref, { metadataOnly: true, signal });
    if (live.metadata.uid !== uid) return { kind: "gone" };
    const { object } = await client.apply(ref, nothing, { fieldManager: manager, force: true }, signal);
    const rest = metadataOf(object, manager);
    if (rest === undefined) return { kind: "released", object };
    const body = { metadata: { uid, ...rest } };
    return {
      kind: "released",
      object: await client.patch(ref, { type: "merge", body }, { fieldManager: manager }, signal),
    };
  } catch (error) {
    if (isNotFound(error)) return { kind: "gone" };
    throw error;
  }
}

/** The labels and annotations that a manager wrote other than by apply, as the patch that removes them. */
function metadataOf(object: KubeObject, manager: string): Record<string, Record<string, null>> | undefined {
  const entry = object.metadata.managedFields?.find((e) => e.manager === manager && e.operation === "Update");
  const fields = entry?.fieldsV1?.["f:metadata"] as Record<string, Record<string, unknown>> | undefined;
  const names = (field: string) =>
    Object.fromEntries(
      Object.keys(fields?.[`f:${field}`] ?? {}).filter((key) => key.startsWith("f:")).map(
        (key) => [key.slice(2), null],
      ),
    );
  const rest = { labels: names("labels"), annotations: names("annotations") };
  return Object.keys(rest.labels).length + Object.keys(rest.annotations).length === 0 ? undefined : rest;
}

/** Whoever is the last to let go of the object leaves it behind. */
export async function markAsKept(
  client: KubeClient,
  target: ChildTarget,
  signal: AbortSignal,
): Promise<Outcome> {
  const body = { metadata: { uid: target.uid, annotations: { [ANNOTATION.deletionPolicy]: "Retain" } } };
  const options = { fieldManager: FIELD_MANAGER };
  try {
    const object = await client.patch(
      refOf(target.type, target.key),
      { type: "merge", body },
      options,
      signal,
    );
    return { kind: "released", object };
  } catch (error) {
    if (isNotFound(error)) return { kind: "gone" };
    throw error;
  }
}

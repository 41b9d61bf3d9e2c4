import { ANNOTATION, FIELD_MANAGER, LABEL } from "../api/labels.ts";
import type { ObjectKey } from "../api/resource_key.ts";
import type { Action, ApplyMode, DesiredObject, FieldConflict, Outcome } from "../api/stages.ts";
import type { KubeClient, ObjectRef } from "../kube/client.ts";
import { isConflict, isNotFound } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { markAsOrphan } from "./orphan_markers.ts";
import { refOf } from "./object_ref.ts";
import { outcomeOf } from "./rejection.ts";

/**
 * The sole writer of children. Carries out what was decided and says what came of it; decides nothing itself.
 * Never throws for an answer of the API server.
 */
export interface Applier {
  perform(action: Action, signal: AbortSignal): Promise<Outcome>;
  /** Who manages which of the wanted fields now, by a dry run; empty where nobody would be overwritten. */
  conflicts(desired: DesiredObject, signal: AbortSignal): Promise<readonly FieldConflict[]>;
  /** The whole object of that name; undefined where there is none. Throws where no answer came. */
  read(type: ResourceType, key: ObjectKey, signal: AbortSignal): Promise<KubeObject | undefined>;
  /** The object of that name, metadata only; undefined where there is none. Throws where no answer came. */
  look(type: ResourceType, key: ObjectKey, signal: AbortSignal): Promise<KubeObject | undefined>;
}

export function createApplier(options: { client: KubeClient; now: () => Date }): Applier {
  const { client, now } = options;
  return {
    perform: async (action, signal) => {
      try {
        switch (action.kind) {
          case "apply":
            return await write(client, { desired: action.desired, mode: action.mode }, signal);
          case "delete":
            return await remove(client, action.target, signal);
          case "orphan":
            return await markAsOrphan(client, { ...action, now: now() }, signal);
        }
      } catch (error) {
        return outcomeOf(error, action.kind === "apply" ? action.desired.type : action.target.type);
      }
    },
    conflicts: async (desired, signal) => {
      try {
        const options = { fieldManager: FIELD_MANAGER, dryRun: true };
        await client.apply(refOf(desired.type, desired.key), desired.object, options, signal);
        return [];
      } catch (error) {
        const outcome = outcomeOf(error, desired.type);
        return outcome.kind === "conflict" ? outcome.conflicts : [];
      }
    },
    read: (type, key, signal) => find(client, refOf(type, key), { signal }),
    look: (type, key, signal) => find(client, refOf(type, key), { metadataOnly: true, signal }),
  };
}

async function find(
  client: KubeClient,
  ref: ObjectRef,
  options: { metadataOnly?: boolean; signal: AbortSignal },
): Promise<KubeObject | undefined> {
  try {
    return await client.get(ref, options);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

interface Write {
  readonly desired: DesiredObject;
  readonly mode: ApplyMode;
}

async function write(client: KubeClient, { desired, mode }: Write, signal: AbortSignal): Promise<Outcome> {
  if (mode === "create") return await create(client, desired, signal);
  const ref = refOf(desired.type, desired.key);
  if (mode === "relabel") {
    const object = await client.patch(ref, { type: "merge", body: trackedAgain(desired) }, MANAGED, signal);
    return { kind: "applied", object, created: false };
  }
  if (mode === "adopt") await client.patch(ref, { type: "merge", body: WITHOUT_MARKERS }, MANAGED, signal);
  switch (desired.policy.patchStrategy) {
    case "apply": {
      const force = mode !== "update" || desired.policy.conflictPolicy === "Force";
      const { object, created } = await client.apply(ref, desired.object, { ...MANAGED, force }, signal);
      return { kind: "applied", object, created };
    }
    case "merge": {
      const object = await client.patch(ref, { type: "merge", body: desired.object }, MANAGED, signal);
      return { kind: "applied", object, created: false };
    }
    case "replace":
      return { kind: "applied", object: await replace(client, desired, signal), created: false };
  }
}

const MANAGED = { fieldManager: FIELD_MANAGER };

const WITHOUT_MARKERS = {
  metadata: {
    labels: { [LABEL.orphaned]: null },
    annotations: { [ANNOTATION.orphanedAt]: null, [ANNOTATION.orphanedReason]: null },
  },
};

/** Metadata of an orphan that is taken back with its content as it is. */
function trackedAgain({ object }: DesiredObject) {
  const tracking = Object.entries(object.metadata.labels ?? {}).filter(([key]) => TRACKING.has(key));
  const { labels, annotations } = WITHOUT_MARKERS.metadata;
  return { metadata: { labels: { ...labels, ...Object.fromEntries(tracking) }, annotations } };
}

const TRACKING: ReadonlySet<string> = new Set([LABEL.node, LABEL.nodeNamespace, LABEL.bucket]);

/**
 * Writes only where no object of that name exists: an apply that carries a resourceVersion is refused with 409 for an
 * object that exists and has another one, even with force, and answers 201 for one that doesn't.
 */
async function create(client: KubeClient, desired: DesiredObject, signal: AbortSignal): Promise<Outcome> {
  try {
    if (desired.policy.patchStrategy !== "apply") {
      return {
        kind: "applied",
        object: await client.create(desired.type, desired.object, MANAGED, signal),
        created: true,
      };
    }
    const metadata = { ...desired.object.metadata, resourceVersion: "1" };
    const ref = refOf(desired.type, desired.key);
    const { object, created } = await client.apply(ref, { ...desired.object, metadata }, MANAGED, signal);
    return { kind: "applied", object, created };
  } catch (error) {
    if (isConflict(error)) return { kind: "exists" };
    throw error;
  }
}

/** PUT over what is there now. Finalizers stay: they are promises of others that a PUT must not break. */
async function replace(client: KubeClient, desired: DesiredObject, signal: AbortSignal): Promise<KubeObject> {
  const ref = refOf(desired.type, desired.key);
  const live = await client.get(ref, { metadataOnly: true, signal });
  const { resourceVersion, finalizers } = live.metadata;
  const metadata = {
    ...desired.object.metadata,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(finalizers === undefined ? {} : { finalizers }),
  };
  return await client.update(ref, { ...desired.object, metadata }, MANAGED, signal);
}

/** Deletes the object of that UID and no other. */
async function remove(
  client: KubeClient,
  target: { type: ResourceType; key: ObjectKey; uid: string },
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const options = { uid: target.uid, propagationPolicy: "Background" as const };
    const answer = await client.delete(refOf(target.type, target.key), options, signal);
    return answer === undefined || answer.kind === "Status" ? { kind: "gone" } : { kind: "deleting" };
  } catch (error) {
    // The precondition failed: the object of our UID is gone, another has its name.
    if (isConflict(error)) return { kind: "gone" };
    throw error;
  }
}

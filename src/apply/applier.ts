import { CLAIM_PREFIX } from "../api/claimant.ts";
import { ANNOTATION, FIELD_MANAGER, LABEL, TRACKING_LABELS } from "../api/labels.ts";
import type { Account } from "../api/account.ts";
import type { ObjectKey } from "../api/resource_key.ts";
import type { Action, ApplyMode, DesiredObject, FieldConflict, Outcome } from "../api/stages.ts";
import type { KubeClient, ObjectRef } from "../kube/client.ts";
import { isConflict, isNotFound } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { inheritFields } from "./inherit_fields.ts";
import { markAsOrphan } from "./orphan_markers.ts";
import { refOf } from "./object_ref.ts";
import { accepts, preview } from "./trial.ts";
import { outcomeOf } from "./rejection.ts";
import { replacement } from "./replacement.ts";
import { markAsKept, release } from "./release.ts";

/**
 * The sole writer of children. Carries out what was decided and says what came of it; decides nothing itself.
 * Never throws for an answer of the API server.
 */
export interface Applier {
  perform(action: Action, signal: AbortSignal): Promise<Outcome>;
  /** What a forced apply would come to, by a dry run. */
  rehearse(desired: DesiredObject, signal: AbortSignal): Promise<Outcome>;
  /** Who manages which of the wanted fields now, by a dry run; empty where nobody would be overwritten. */
  conflicts(desired: DesiredObject, signal: AbortSignal): Promise<readonly FieldConflict[]>;
  /** The object as a forced apply would leave it, by a dry run; undefined where the server refuses it. */
  preview(desired: DesiredObject, signal: AbortSignal): Promise<KubeObject | undefined>;
  /** Whether the server would take the same content as a new object of another name, by a dry run. */
  accepts(desired: DesiredObject, signal: AbortSignal): Promise<boolean>;
  /** The whole object of that name; undefined where there is none. Throws where no answer came. */
  read(type: ResourceType, key: ObjectKey, signal: AbortSignal): Promise<KubeObject | undefined>;
  /** The object of that name, metadata only; undefined where there is none. Throws where no answer came. */
  look(type: ResourceType, key: ObjectKey, signal: AbortSignal): Promise<KubeObject | undefined>;
}

export interface ApplierOptions {
  readonly client: KubeClient;
  readonly now: () => Date;
  /** Whom the client acts for, where that is not the operator itself. */
  readonly account?: Account | undefined;
}

export function createApplier({ client, now, account }: ApplierOptions): Applier {
  const refusal = (error: unknown, of: Pick<DesiredObject, "type" | "key" | "sealing">) =>
    outcomeOf(error, of.type, {
      namespace: of.key.namespace,
      account,
      sensitive: of.sealing !== undefined,
    });
  return {
    perform: async (action, signal) => {
      try {
        switch (action.kind) {
          case "apply":
            return await write(client, { desired: action.desired, mode: action.mode }, signal);
          case "inherit":
            return await inheritFields(client, action.desired, signal);
          case "delete":
            return await remove(client, action, signal);
          case "orphan":
            return await markAsOrphan(client, { ...action, now: now() }, signal);
          case "release":
            return await release(client, action, signal);
          case "keep":
            return await markAsKept(client, action.target, signal);
        }
      } catch (error) {
        return refusal(error, "desired" in action ? action.desired : action.target);
      }
    },
    rehearse: async (desired, signal) => {
      try {
        const options = { fieldManager: desired.manager, force: true, dryRun: true };
        const { object } = await client.apply(
          refOf(desired.type, desired.key),
          desired.object,
          options,
          signal,
        );
        return { kind: "applied", object, created: false };
      } catch (error) {
        return refusal(error, desired);
      }
    },
    conflicts: async (desired, signal) => {
      try {
        const options = { fieldManager: desired.manager, dryRun: true };
        await client.apply(refOf(desired.type, desired.key), desired.object, options, signal);
        return [];
      } catch (error) {
        const outcome = outcomeOf(error, desired.type);
        return outcome.kind === "conflict" ? outcome.conflicts : [];
      }
    },
    preview: (desired, signal) => preview(client, desired, signal),
    accepts: (desired, signal) => accepts(client, desired, signal),
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
  const managed = { fieldManager: desired.manager };
  if (mode === "relabel") {
    const object = await client.patch(ref, { type: "merge", body: trackedAgain(desired) }, managed, signal);
    return { kind: "applied", object, created: false };
  }
  if (mode === "adopt") {
    await client.patch(ref, { type: "merge", body: trackedAgain(desired) }, managed, signal);
  }
  switch (desired.policy.patchStrategy) {
    case "apply": {
      const wanted = mode === "adopt" ? anyVersion(desired.object) : desired.object;
      const { object, created } = await client.apply(ref, wanted, {
        ...managed,
        force: isForced(desired, mode),
      }, signal);
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

/**
 * Metadata of an orphan that is taken back with its content as it is. One patch, so that at no time the object has
 * neither markers nor labels. The resourceVersion, where there is one, lets only one of several nodes take it.
 */
function trackedAgain({ object, shared }: DesiredObject) {
  const { resourceVersion, labels = {}, annotations = {} } = object.metadata;
  const tracking = Object.entries(labels).filter(([key]) => TRACKING_LABELS.has(key));
  const claims = Object.entries(annotations).filter(([key]) => key.startsWith(CLAIM_PREFIX));
  return {
    metadata: {
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      labels: { [LABEL.orphaned]: null, ...Object.fromEntries(tracking) },
      annotations: {
        [ANNOTATION.orphanedAt]: null,
        [ANNOTATION.orphanedReason]: null,
        ...(shared ? { [ANNOTATION.deletionPolicy]: null } : {}),
        ...Object.fromEntries(claims),
      },
    },
  };
}

function anyVersion(object: KubeObject): KubeObject {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** What others own is taken over where it was ours before, or the form says so; never from a node that shares. */
function isForced({ policy, shared }: DesiredObject, mode: ApplyMode): boolean {
  if (mode === "join") return false;
  return mode !== "update" || (policy.conflictPolicy === "Force" && !shared);
}

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
    const options = { fieldManager: desired.manager };
    const { object, created } = await client.apply(ref, { ...desired.object, metadata }, options, signal);
    return { kind: "applied", object, created };
  } catch (error) {
    if (isConflict(error)) return { kind: "exists" };
    throw error;
  }
}

async function replace(client: KubeClient, desired: DesiredObject, signal: AbortSignal): Promise<KubeObject> {
  const ref = refOf(desired.type, desired.key);
  const live = await client.get(ref, { metadataOnly: true, signal });
  return await client.update(ref, replacement(desired.object, live, FIELD_MANAGER), MANAGED, signal);
}

/** Deletes the object of that UID and no other. */
async function remove(
  client: KubeClient,
  { target, propagation: propagationPolicy = "Background" }: Extract<Action, { kind: "delete" }>,
  signal: AbortSignal,
): Promise<Outcome> {
  const { uid, resourceVersion } = target;
  try {
    const options = { uid, resourceVersion, propagationPolicy };
    const answer = await client.delete(refOf(target.type, target.key), options, signal);
    // Kinds that answer with the object do so for what is gone at once too: as it was, without a time of deletion.
    const isGone = answer?.metadata.deletionTimestamp === undefined;
    return isGone ? { kind: "gone" } : { kind: "deleting" };
  } catch (error) {
    if (!isConflict(error) || resourceVersion !== undefined) throw error;
    // Another object may have the name by now; the server also says so of what it can't delete at the moment.
    const live = await find(client, refOf(target.type, target.key), { metadataOnly: true, signal });
    if (live?.metadata.uid !== uid) return { kind: "gone" };
    if (live?.metadata.deletionTimestamp !== undefined) return { kind: "deleting" };
    throw error;
  }
}

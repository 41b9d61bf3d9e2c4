import type { KubeObject } from "../kube/object.ts";
import { type Cluster, type ObjectTarget, timeText } from "./cluster.ts";
import { generatedSuffix } from "./object_names.ts";
import {
  badRequest,
  conflict,
  type FieldCause,
  forbiddenValue,
  invalid,
  invalidValue,
} from "./status_error.ts";

/** The body with apiVersion, kind, name and namespace of the request; 400 where they differ. */
export function identified(target: ObjectTarget, body: Record<string, unknown>): KubeObject {
  const { resource, name, namespace } = target;
  const metadata = typeof body.metadata === "object" && body.metadata !== null ? { ...body.metadata } : {};
  const object: KubeObject = {
    ...body,
    apiVersion: resource.group === "" ? resource.version : `${resource.group}/${resource.version}`,
    kind: resource.kind,
    metadata,
  };
  if (name !== "") {
    const given = object.metadata.name;
    if (given !== undefined && given !== "" && given !== name) {
      throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
    }
    object.metadata.name = name;
  }
  if (!resource.namespaced) delete object.metadata.namespace;
  else if (namespace !== undefined) {
    const given = object.metadata.namespace;
    if (given !== undefined && given !== "" && given !== namespace) {
      throw badRequest(
        "the namespace of the provided object does not match the namespace sent on the request",
      );
    }
    object.metadata.namespace = namespace;
  }
  return object;
}

export function newIdentity(cluster: Cluster, object: KubeObject): KubeObject {
  const { deletionTimestamp: _at, deletionGracePeriodSeconds: _grace, ...metadata } = object.metadata;
  const { name = "", generateName = "" } = metadata;
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(name === "" && generateName !== ""
        ? { name: `${generateName.slice(0, 58)}${generatedSuffix(cluster.random)}` }
        : {}),
      uid: cluster.uid(),
      creationTimestamp: timeText(cluster.clock()),
    },
  };
}

export function checkPreconditions(target: ObjectTarget, live: KubeObject, next: KubeObject): void {
  const { resourceVersion, uid } = next.metadata;
  if (uid !== undefined && uid !== "" && uid !== live.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`;
    throw conflict(target.resource, target.name, why);
  }
  if (resourceVersion === undefined || resourceVersion === "") return;
  if (resourceVersion !== live.metadata.resourceVersion) throw conflict(target.resource, target.name);
}

/** What no client writes is taken from the live object. */
export function keptIdentity(live: KubeObject, next: KubeObject): KubeObject {
  const {
    uid: _uid,
    creationTimestamp: _created,
    deletionTimestamp: _at,
    deletionGracePeriodSeconds: _grace,
    generation: _generation,
    resourceVersion: _version,
    generateName: _prefix,
    ...metadata
  } = next.metadata;
  const from = live.metadata;
  const kept: KubeObject["metadata"] = { ...metadata };
  if (from.uid !== undefined) kept.uid = from.uid;
  if (from.creationTimestamp !== undefined) kept.creationTimestamp = from.creationTimestamp;
  if (from.deletionTimestamp !== undefined) kept.deletionTimestamp = from.deletionTimestamp;
  if (from.deletionGracePeriodSeconds !== undefined) {
    kept.deletionGracePeriodSeconds = from.deletionGracePeriodSeconds;
  }
  if (from.generation !== undefined) kept.generation = from.generation;
  if (from.resourceVersion !== undefined) kept.resourceVersion = from.resourceVersion;
  if (from.generateName !== undefined) kept.generateName = from.generateName;
  return { ...next, metadata: kept };
}

export function finalizerCauses(live: KubeObject, next: KubeObject): readonly FieldCause[] {
  if (live.metadata.deletionTimestamp === undefined) return [];
  const before = live.metadata.finalizers ?? [];
  const added = (next.metadata.finalizers ?? []).filter((finalizer) => !before.includes(finalizer));
  if (added.length === 0) return [];
  const listed = added.map((finalizer) => JSON.stringify(finalizer)).join(", ");
  return [
    forbiddenValue(
      "metadata.finalizers",
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${listed}}`,
    ),
  ];
}

/** 422 where a custom resource is replaced without saying which version is meant. */
export function requireVersionOf(target: ObjectTarget, body: unknown): void {
  if (target.resource.custom === undefined) return;
  const metadata = typeof body === "object" && body !== null && "metadata" in body
    ? body.metadata
    : undefined;
  const version = typeof metadata === "object" && metadata !== null && "resourceVersion" in metadata
    ? metadata.resourceVersion
    : undefined;
  if (typeof version === "string" && version !== "") return;
  const cause = invalidValue("metadata.resourceVersion", 0, "must be specified for an update");
  throw invalid(target.resource, target.name, [{ ...cause, message: cause.message.replace("0:", "0x0:") }]);
}

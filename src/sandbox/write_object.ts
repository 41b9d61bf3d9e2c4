import type { KubeObject } from "../kube/object.ts";
import { apiVersionOf } from "../kube/resource_type.ts";
import { admitCreate, admitUpdate } from "./admission.ts";
import { type Cluster, type ObjectTarget, timeText, type WriteOptions } from "./cluster.ts";
import { toServed, toStored } from "./conversion.ts";
import { crdCauses } from "./crd_definition.ts";
import { customCauses, decodeCustom } from "./custom_resource.ts";
import {
  checkPreconditions,
  finalizerCauses,
  identified,
  keptIdentity,
  newIdentity,
} from "./object_identity.ts";
import { textAt } from "./json.ts";
import { metadataCauses, objectNameCauses } from "./object_names.ts";
import type { ServedResource } from "./served_resource.ts";
import { alreadyExists, ApiError, badRequest, conflict, failure, invalid, notFound } from "./status_error.ts";
import { objectKey } from "./storage.ts";

export interface Written {
  /** In the version of the request. */
  readonly object: KubeObject;
  readonly created: boolean;
  readonly warnings: readonly string[];
}

/** The stored object in the version of the request, or undefined. */
export function readLive(cluster: Cluster, target: ObjectTarget): KubeObject | undefined {
  const stored = cluster.storage.get(target.resource.store, objectKey(target.namespace, target.name));
  return stored === undefined ? undefined : toServed(target.resource, stored);
}

/** As `readLive`; throws 404. */
export function requireLive(cluster: Cluster, target: ObjectTarget): KubeObject {
  const live = readLive(cluster, target);
  if (live === undefined) throw notFound(target.resource, target.name);
  return live;
}

/** POST: decodes, admits, validates and stores a new object. `target.name` is "" where the body names it. */
export function createObject(
  cluster: Cluster,
  target: ObjectTarget,
  request: { body: unknown; options: WriteOptions },
): Written {
  const { object, warnings } = decodeBody(cluster, target, request);
  return { ...storeNew(cluster, target, { object, options: request.options, tracked: false }), warnings };
}

/** PUT: replaces an object, or the part of it that the subresource is. */
export function updateObject(
  cluster: Cluster,
  target: ObjectTarget,
  request: { body: unknown; options: WriteOptions },
): Written {
  const live = requireLive(cluster, target);
  const { object, warnings } = decodeBody(cluster, target, request);
  const stored = storeChange(cluster, target, {
    live,
    next: object,
    options: request.options,
    tracked: false,
  });
  return { ...stored, warnings };
}

/** Server-side apply. A resourceVersion in the body is a precondition, met by an absent object. */
export function applyObject(
  cluster: Cluster,
  target: ObjectTarget,
  request: { body: Record<string, unknown>; options: WriteOptions },
): Written {
  const live = readLive(cluster, target);
  if (live === undefined && target.subresource !== "") throw notFound(target.resource, target.name);
  const applied = identified(target, request.body);
  const { resourceVersion, ...metadata } = applied.metadata;
  if (
    live !== undefined && resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion
  ) {
    throw conflict(target.resource, target.name);
  }
  const outcome = cluster.fields.apply({
    kind: target.resource.fields,
    live,
    applied: { ...applied, metadata },
    manager: request.options.manager,
    force: request.options.force,
    subresource: target.subresource,
    now: timeText(cluster.clock()),
  });
  if (outcome.kind === "refused") throw new ApiError(outcome.status);
  const object = target.resource.fields.defaults(outcome.object);
  const options = request.options;
  if (live === undefined) return storeNew(cluster, target, { object, options, tracked: true });
  return storeChange(cluster, target, { live, next: object, options, tracked: true });
}

function decodeBody(
  cluster: Cluster,
  target: ObjectTarget,
  request: { body: unknown; options: WriteOptions },
): { object: KubeObject; warnings: readonly string[] } {
  const { resource } = target;
  const { fieldValidation } = request.options;
  if (resource.custom !== undefined) {
    const decoded = decodeCustom({ resource, body: request.body, fieldValidation });
    return { object: identified(target, decoded.object), warnings: decoded.warnings };
  }
  checkKind(resource, request.body);
  const decoded = cluster.fields.decode({ kind: resource.fields, body: request.body, fieldValidation });
  if (decoded.kind === "refused") throw new ApiError(decoded.status);
  return { object: identified(target, decoded.object), warnings: decoded.warnings };
}

/** 400 for a body that says it is another kind; one that says nothing is of the path's kind. */
function checkKind(resource: ServedResource, body: unknown): void {
  const apiVersion = textAt(body, "apiVersion") || apiVersionOf(resource);
  const kind = textAt(body, "kind") || resource.kind;
  const expected = apiVersionOf(resource);
  if (apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  if (kind !== resource.kind) {
    throw badRequest(
      `${kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: it is another kind`,
    );
  }
}

interface NewObject {
  readonly object: KubeObject;
  readonly options: WriteOptions;
  /** Whether `managedFields` are already right (server-side apply). */
  readonly tracked: boolean;
}

function storeNew(cluster: Cluster, target: ObjectTarget, request: NewObject): Written {
  const { resource } = target;
  const born = newIdentity(cluster, request.object);
  const kind = resource.fields;
  const admitted = admitCreate(cluster, resource, born);
  const tracked = request.tracked ? admitted : cluster.fields.trackUpdate({
    kind,
    live: undefined,
    next: admitted,
    manager: request.options.manager,
    subresource: "",
    now: timeText(cluster.clock()),
  });
  const next = cluster.fields.prepare({ kind, live: undefined, next: tracked, subresource: "" });
  refuseInvalid(cluster, target, { next, live: undefined });
  const name = next.metadata.name ?? "";
  const key = objectKey(next.metadata.namespace, name);
  if (next.metadata.resourceVersion !== undefined && next.metadata.resourceVersion !== "") {
    throw failure(500, "", { message: "resourceVersion should not be set on objects to be created" });
  }
  if (cluster.storage.get(resource.store, key) !== undefined) throw alreadyExists(resource, name);
  if (request.options.dryRun) return { object: next, created: true, warnings: [] };
  const stored = cluster.storage.put(resource.store, key, toStored(resource, next));
  return { object: toServed(resource, stored), created: true, warnings: [] };
}

interface ChangedObject {
  readonly live: KubeObject;
  readonly next: KubeObject;
  readonly options: WriteOptions;
  readonly tracked: boolean;
}

/** Stores a changed object; one that lost its last finalizer while being deleted is removed. */
export function storeChange(cluster: Cluster, target: ObjectTarget, request: ChangedObject): Written {
  const { resource, subresource } = target;
  const { live, options } = request;
  checkPreconditions(target, live, request.next);
  const kind = resource.fields;
  const kept = keptIdentity(live, request.next);
  const admitted = subresource === "" ? admitUpdate(cluster, resource, { live, next: kept }) : kept;
  const now = timeText(cluster.clock());
  const tracked = request.tracked
    ? admitted
    : cluster.fields.trackUpdate({ kind, live, next: admitted, manager: options.manager, subresource, now });
  const next = cluster.fields.prepare({ kind, live, next: tracked, subresource });
  refuseInvalid(cluster, target, { next, live });
  if (cluster.fields.unchanged(live, next)) return { object: live, created: false, warnings: [] };
  if (options.dryRun) return { object: next, created: false, warnings: [] };
  const key = objectKey(target.namespace, target.name);
  const stored = cluster.storage.put(resource.store, key, toStored(resource, next));
  if (finished(next)) cluster.storage.remove(resource.store, key);
  return { object: toServed(resource, stored), created: false, warnings: [] };
}

function finished(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  if (object.kind === "Namespace" && object.apiVersion === "v1") return false;
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && finalizers.length === 0;
}

function refuseInvalid(
  cluster: Cluster,
  target: ObjectTarget,
  state: { next: KubeObject; live: KubeObject | undefined },
): void {
  const { resource } = target;
  const { next, live } = state;
  const name = next.metadata.name ?? "";
  const common = [
    ...(live === undefined ? objectNameCauses(resource, next) : []),
    ...metadataCauses(next),
    ...(live === undefined ? [] : finalizerCauses(live, next)),
  ];
  if (resource.custom !== undefined) {
    const causes = [...common, ...customCauses(cluster.programs, { custom: resource.custom, next, live })];
    if (causes.length > 0) throw invalid(resource, name, causes);
    return;
  }
  const own = next.kind === "CustomResourceDefinition" ? crdCauses(next) : [];
  const status = cluster.fields.validate(resource.fields, next, live);
  const ruled = (status?.details?.causes ?? []).map((
    { reason = "FieldValueInvalid", message, field = "" },
  ) => ({
    reason,
    message,
    field,
  }));
  if (status !== undefined && ruled.length === 0) throw new ApiError(status);
  const causes = [...common, ...own, ...ruled];
  if (causes.length > 0) throw invalid(resource, name, causes);
}

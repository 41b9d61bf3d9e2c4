import type { KubeObject } from "../kube/object.ts";
import { conflictStatus, failureStatus } from "./apply_conflict.ts";
import { clientSideFields, withLastApplied } from "./apply_last_applied.ts";
import { TypedError, typedProblems } from "./apply_typed.ts";
import {
  applied,
  type Conflicts,
  type MergeOutcome,
  ownedAfterUpdate,
  type OwnershipRequest,
  type Writer,
} from "./apply_update.ts";
import type { ApplyOutcome, ApplyRequest, KindFields, UpdateRequest } from "./field_management.ts";
import {
  cappedManagers,
  decodeManagers,
  encodeManagers,
  ManagedFieldsError,
  managerKey,
  type Managers,
  withManager,
} from "./managed_fields_managers.ts";
import { fieldElement } from "./managed_fields_path.ts";
import { differenceOf, type FieldSet, fieldSetOf, isEmptySet, unionOf } from "./managed_fields_set.ts";
import { emptyObject } from "./schema_kinds.ts";

/** What identifies an object or is the server's own is never owned. */
const STRIPPED = fieldSetOf([
  ["apiVersion"],
  ["kind"],
  ["metadata"],
  ...[
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "clusterName",
    "generation",
    "managedFields",
  ]
    .map((name) => ["metadata", name]),
  ["metadata", "resourceVersion"],
].map((path) => path.map(fieldElement)));

const BEFORE_FIRST_APPLY = "before-first-apply";
/** No manager of a request can have this name. */
const THIS_OPERATION = "\0current-operation";

export function apiVersionOfKind({ group, version }: KindFields): string {
  return group === "" ? version : `${group}/${version}`;
}

/** Server-side apply, with what kube-apiserver does around the merge: `before-first-apply`, kubectl's annotation. */
export function applyFields(request: ApplyRequest): ApplyOutcome {
  const { kind, applied: body, manager } = request;
  const refused = refusalOf(request);
  if (refused !== undefined) return refused;
  const live = request.live ?? emptyObject(kind);
  let managers: Managers;
  try {
    managers = decodeManagers(live.metadata.managedFields);
  } catch (error) {
    if (!(error instanceof ManagedFieldsError)) throw error;
    return internalError(`failed to decode managed fields: ${error.message}`);
  }
  if (managers.size === 0) managers = beforeFirstApply(request, live);
  const bare = withoutManagedFields(live);
  const problems = typedProblems(kind.root, bare, true);
  if (problems.length > 0) {
    return internalError(
      `failed to create typed live object (${whichObject(bare)}): ${new TypedError(problems).message}`,
    );
  }
  const merge = (force: boolean) =>
    applied({ ...ownership(request, managers), live: bare, next: body, force });
  const outcome = withClientSideTakeover(request, bare, merge);
  if (outcome.kind === "conflicts") return { kind: "refused", status: conflictStatus(outcome.conflicts) };
  const object = finished(request, { outcome, live: bare });
  return { kind: "applied", object: manager === "kubectl" ? withLastApplied(object, body) : object };
}

function refusalOf({ kind, applied: body }: ApplyRequest): ApplyOutcome | undefined {
  if (body.apiVersion !== apiVersionOfKind(kind) || body.kind !== kind.kind) {
    const said = `${body.apiVersion ?? ""}, Kind=${body.kind ?? ""}`;
    return badRequest(`invalid object type: ${body.apiVersion?.includes("/") ? said : `/${said}`}`);
  }
  if (body.metadata?.managedFields !== undefined) return badRequest("metadata.managedFields must be nil");
  const problems = typedProblems(kind.root, body, false);
  if (problems.length === 0) return undefined;
  return internalError(
    `failed to create typed patch object (${whichObject(body)}): ${new TypedError(problems).message}`,
  );
}

/** `default/web; apps/v1, Kind=Deployment` */
function whichObject({ apiVersion = "", kind = "", metadata }: KubeObject): string {
  const version = apiVersion.includes("/") ? apiVersion : `/${apiVersion}`;
  return `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}; ${version}, Kind=${kind}`;
}

function badRequest(message: string): ApplyOutcome {
  return { kind: "refused", status: failureStatus(400, { reason: "BadRequest", message }) };
}

function internalError(message: string): ApplyOutcome {
  return { kind: "refused", status: failureStatus(500, { message }) };
}

/** An object without owners belongs, before its first apply, to one manager for all that came before. */
function beforeFirstApply(request: ApplyRequest, live: KubeObject): Managers {
  const manager = { ...request, manager: BEFORE_FIRST_APPLY };
  return bookedUpdate({ ...manager, next: live }, { live: emptyObject(request.kind), managers: new Map() });
}

function ownership(
  request: Pick<ApplyRequest, "kind" | "manager" | "subresource">,
  managers: Managers,
): Pick<OwnershipRequest, "type" | "managers" | "writer" | "reset"> {
  return {
    type: request.kind.root,
    managers,
    writer: writerOf(request, "Apply"),
    reset: resetOf(request.kind, request.subresource),
  };
}

function writerOf(
  { kind, manager, subresource }: Pick<ApplyRequest, "kind" | "manager" | "subresource">,
  operation: "Apply" | "Update",
): Writer {
  return { name: manager || "unknown", operation, apiVersion: apiVersionOfKind(kind), subresource };
}

function resetOf(kind: KindFields, subresource: string): FieldSet {
  return fieldSetOf((kind.reset[subresource] ?? []).map((path) => path.map(fieldElement)));
}

/** kubectl may take over on the server what it owns by its client-side annotation. */
function withClientSideTakeover(
  { kind, manager, force }: ApplyRequest,
  live: KubeObject,
  merge: (force: boolean) => MergeOutcome,
): MergeOutcome {
  const outcome = merge(force);
  if (outcome.kind === "merged" || manager !== "kubectl") return outcome;
  const allowed = clientSideFields(kind.root, live, apiVersionOfKind(kind));
  if (isEmptySet(allowed)) return outcome;
  const left: Conflicts = new Map(
    [...outcome.conflicts].map(([key, conflict]) =>
      [key, { ...conflict, fields: differenceOf(conflict.fields, allowed) }] as const
    ).filter(([, { fields }]) => !isEmptySet(fields)),
  );
  return left.size === 0 ? merge(true) : { kind: "conflicts", conflicts: left };
}

/** Books the time, strips what is never owned, sets the defaults. */
function finished(
  request: ApplyRequest,
  { outcome, live }: { outcome: MergeOutcome & { kind: "merged" }; live: KubeObject },
): KubeObject {
  const writer = writerOf(request, "Apply");
  const changed = outcome.object !== undefined;
  const own = outcome.managers.get(managerKey(writer));
  const managers = own === undefined ? outcome.managers : withManager(outcome.managers, {
    ...own,
    fields: differenceOf(own.fields, STRIPPED),
    time: changed ? request.now : own.time,
  });
  const object = changed ? request.kind.defaults(outcome.object as KubeObject) : live;
  return withManagedFields(object, managers);
}

/** Books a create or any write that is no apply. */
export function trackUpdate(request: UpdateRequest): KubeObject {
  const { kind, next, subresource } = request;
  const live = request.live ?? emptyObject(kind);
  const managers = managersOf(request, live);
  const bare = withoutManagedFields(next);
  const isCreate = (live.metadata.uid ?? "") === "";
  if (managers.size === 0 && !isCreate) return bare;
  const lists = [typedProblems(kind.root, bare, true), typedProblems(kind.root, live, true)];
  if (lists.some((problems) => problems.length > 0)) return bare;
  return withManagedFields(bare, bookedUpdate({ ...request, next: bare, subresource }, { live, managers }));
}

/** The owners before the write: those that the request brings, else those stored; none where it asks to forget them. */
function managersOf({ next, subresource }: UpdateRequest, live: KubeObject): Managers {
  const given = next.metadata.managedFields;
  if (subresource === "" && given !== undefined && given !== null) {
    if (given.length === 0) return new Map();
    const [only] = given;
    if (given.length === 1 && only !== undefined && Object.keys(only).length === 0) return new Map();
    const decoded = tryDecode(given);
    if (decoded.size > 0) return decoded;
  }
  return tryDecode(live.metadata.managedFields);
}

function tryDecode(entries: KubeObject["metadata"]["managedFields"]): Managers {
  try {
    return decodeManagers(entries);
  } catch (error) {
    if (error instanceof ManagedFieldsError) return new Map();
    throw error;
  }
}

/** The changes are found under a name of their own first, so that a manager's time moves only with its changes. */
function bookedUpdate(
  request: Omit<UpdateRequest, "live">,
  { live, managers }: { live: KubeObject; managers: Managers },
): Managers {
  const writer = writerOf(request, "Update");
  const self = { ...writer, name: THIS_OPERATION };
  const owned = ownedAfterUpdate({
    type: request.kind.root,
    live: withoutManagedFields(live),
    next: withoutManagedFields(request.next),
    managers,
    writer: self,
    reset: resetOf(request.kind, request.subresource),
  });
  const next = new Map(owned);
  const changes = next.get(managerKey(self));
  next.delete(managerKey(self));
  const fields = changes === undefined ? undefined : differenceOf(changes.fields, STRIPPED);
  if (fields === undefined || isEmptySet(fields)) return cappedManagers(next);
  const before = next.get(managerKey(writer));
  return cappedManagers(withManager(next, {
    ...writer,
    fields: before === undefined ? fields : unionOf(fields, before.fields),
    time: request.now,
  }));
}

function withoutManagedFields(object: KubeObject): KubeObject {
  if (object.metadata?.managedFields === undefined) return object;
  const { managedFields: _dropped, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function withManagedFields(object: KubeObject, managers: Managers): KubeObject {
  const { managedFields: _dropped, ...metadata } = object.metadata;
  const entries = encodeManagers(managers);
  return { ...object, metadata: entries.length === 0 ? metadata : { ...metadata, managedFields: entries } };
}

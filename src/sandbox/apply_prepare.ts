import type { KubeObject, ObjectMeta } from "../kube/object.ts";
import { asList, asMap, equalJson, type JsonMap } from "./apply_typed.ts";
import type { KindFields, PrepareRequest } from "./field_management.ts";

/** Kinds whose `metadata.generation` counts the changes of their spec; custom resources all do. */
const COUNTED = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
  "Job",
  "CronJob",
  "Pod",
  "Ingress",
  "IngressClass",
  "NetworkPolicy",
  "PodDisruptionBudget",
  "CustomResourceDefinition",
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "ValidatingAdmissionPolicy",
  "PriorityClass",
]);
/** Of these, a changed annotation counts as well, since their controllers hand annotations on. */
const COUNTS_ANNOTATIONS = new Set(["Deployment"]);

/**
 * What a kind's strategy does to a write, before it is validated and stored: a write to the object keeps the stored
 * status, a write to a subresource keeps everything else, and the generation counts changes. What the server alone sets
 * (uid, creation and deletion time) is kept from the stored object.
 */
export function prepareWrite(request: PrepareRequest): KubeObject {
  const { kind, live, next, subresource } = request;
  if (live === undefined) return prepareCreate(kind, next);
  const main = () => {
    const written = mainWrite(kind, live, next);
    return kind.kind === "DaemonSet" ? withTemplateGeneration(written, live) : written;
  };
  const kept = subresource === "status" ? statusWrite(kind, live, next) : main();
  return { ...kept, metadata: serverMetadata(live.metadata, kept.metadata) };
}

function prepareCreate(kind: KindFields, next: KubeObject): KubeObject {
  const object = kind.reset[""]?.some(([name]) => name === "status")
    ? withoutStatus(kind, next)
    : { ...next };
  const counted = kind.origin === "custom" || COUNTED.has(kind.kind);
  const { generation: _given, ...metadata } = object.metadata;
  const created = counted ? { ...object, metadata: { ...metadata, generation: 1 } } : { ...object, metadata };
  if (kind.kind === "DaemonSet") return withTemplateGeneration(created);
  return kind.kind === "Job" && kind.group === "batch" ? withJobSelector(created) : created;
}

/** A new object has the status of one on which nothing was set. */
function withoutStatus(kind: KindFields, object: KubeObject): KubeObject {
  const { status: _dropped, ...rest } = object;
  return (kind.origin === "custom" ? rest : kind.defaults(rest as KubeObject)) as KubeObject;
}

function mainWrite(kind: KindFields, live: KubeObject, next: KubeObject): KubeObject {
  const keepsStatus = kind.reset[""]?.some(([name]) => name === "status") ?? false;
  const object = keepsStatus ? withField(next, "status", live["status"]) : next;
  const generation = (live.metadata.generation ?? 0) + (countsChange(kind, live, object) ? 1 : 0);
  const { generation: _given, ...metadata } = object.metadata;
  return { ...object, metadata: generation === 0 ? metadata : { ...metadata, generation } };
}

function statusWrite(kind: KindFields, live: KubeObject, next: KubeObject): KubeObject {
  const kept: KubeObject = { ...live, metadata: { ...next.metadata } };
  if (live.metadata.generation !== undefined) kept.metadata.generation = live.metadata.generation;
  for (const [first, second] of kind.reset["status"] ?? []) {
    if (first !== "metadata") continue;
    if (second === undefined) kept.metadata = { ...live.metadata };
    else kept.metadata = withField(kept.metadata, second, (live.metadata as JsonMap)[second]);
  }
  if (kind.origin === "custom") kept.metadata = { ...live.metadata };
  const managed = next.metadata.managedFields;
  kept.metadata = withField(kept.metadata, "managedFields", managed);
  return withField(kept, "status", next["status"]);
}

function withField<T extends object>(object: T, name: string, value: unknown): T {
  const { [name]: _old, ...rest } = object as Record<string, unknown>;
  return (value === undefined ? rest : { ...rest, [name]: value }) as T;
}

function countsChange(kind: KindFields, live: KubeObject, next: KubeObject): boolean {
  if (next.metadata.deletionTimestamp !== live.metadata.deletionTimestamp) return true;
  if (kind.origin === "custom") return !equalJson(withoutMetadata(live), withoutMetadata(next));
  if (!COUNTED.has(kind.kind)) return false;
  const counted = (object: KubeObject): unknown => {
    if ("spec" in object) return object["spec"];
    return withoutMetadata(object);
  };
  if (!equalJson(counted(live), counted(next))) return true;
  return COUNTS_ANNOTATIONS.has(kind.kind) &&
    !equalJson(live.metadata.annotations ?? {}, next.metadata.annotations ?? {});
}

function withoutMetadata(object: KubeObject): unknown {
  const { metadata: _metadata, status: _status, ...rest } = object;
  return rest;
}

const SERVER_OWNED = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"];

function serverMetadata(live: ObjectMeta, next: ObjectMeta): ObjectMeta {
  let metadata = next;
  for (const name of SERVER_OWNED) metadata = withField(metadata, name, (live as JsonMap)[name]);
  return metadata;
}

const TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

/** A DaemonSet counts the changes of its template in an annotation. */
function withTemplateGeneration(object: KubeObject, live?: KubeObject): KubeObject {
  const templateOf = (one: KubeObject | undefined) => asMap(one?.["spec"])?.["template"];
  const before = Number(live?.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0);
  const count = live !== undefined && equalJson(templateOf(live), templateOf(object)) ? before : before + 1;
  const annotations = { ...object.metadata.annotations, [TEMPLATE_GENERATION]: String(count) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

const JOB_LABELS = ["batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"];

/** A Job selects its pods by its own UID, which the server has given by now. */
function withJobSelector(job: KubeObject): KubeObject {
  const spec = asMap(job["spec"]) ?? {};
  const { uid, name } = job.metadata;
  if (spec["manualSelector"] === true || uid === undefined || name === undefined) return job;
  const template = asMap(spec["template"]) ?? {};
  const metadata = asMap(template["metadata"]) ?? {};
  const own: Record<string, string> = { "controller-uid": uid, "job-name": name };
  for (const label of JOB_LABELS) own[label] = label.endsWith("uid") ? uid : name;
  const labels = { ...own, ...asMap(metadata["labels"]) };
  return {
    ...job,
    spec: {
      ...spec,
      selector: { matchLabels: { "batch.kubernetes.io/controller-uid": uid } },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  };
}

/** Whether a write leaves the object as it is: equal but for the times of its owners and its resourceVersion. */
export function unchangedByWrite(live: KubeObject, next: KubeObject): boolean {
  return equalJson(timeless(live), timeless(next));
}

function timeless(object: KubeObject): unknown {
  const { resourceVersion: _version, managedFields, ...metadata } = object.metadata;
  const entries = asList(managedFields)?.map((entry) => ({ ...asMap(entry), time: null }));
  return { ...object, metadata: { ...metadata, managedFields: entries } };
}

import type { KubeObject } from "../kube/object.ts";
import type { FormSpec, FormStatus } from "./form.ts";
import { formSpec } from "./form.ts";
import type { HubSpec, HubStatus } from "./hub.ts";
import { hubSpec } from "./hub.ts";
import { LABEL } from "./labels.ts";
import type { NodeSpec, NodeStatus } from "./node.ts";
import type { NodeIdentity } from "./stages.ts";

/** What the caches keep of the metadata of our kinds. */
export interface StoredMeta extends NodeIdentity {
  readonly resourceVersion: string;
  readonly generation: number;
  readonly deleting: boolean;
  readonly finalizers: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly createdAt: string | undefined;
}

/** A LynqNode as the caches keep it: without managedFields and whatever else nobody reads. */
export interface StoredNode extends StoredMeta {
  readonly hub: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: NodeSpec;
  readonly status: NodeStatus;
}

export interface StoredHub extends StoredMeta {
  readonly spec: HubSpec;
  readonly status: HubStatus;
}

export interface StoredForm extends StoredMeta {
  /** Of a form that can't be read only `hubId`. */
  readonly spec: FormSpec;
  readonly status: FormStatus;
  /** Why the spec can't be read. The form exists all the same, and its nodes keep their last good revision. */
  readonly unreadable?: string;
}

/** The projection of the LynqNode informer. The API server's schema has validated spec and status. */
export function toStoredNode(object: KubeObject): StoredNode {
  const spec = (object["spec"] ?? { uid: "", templateRef: "" }) as NodeSpec;
  return {
    ...meta(object),
    hub: hubOf(object),
    labels: object.metadata.labels ?? {},
    spec,
    status: (object["status"] ?? {}) as NodeStatus,
  };
}

/** The hub that owns a node; its label holds a shortened name where the name is long. */
function hubOf({ metadata }: KubeObject): string | undefined {
  return metadata.ownerReferences?.find((owner) => owner.kind === "LynqHub")?.name ??
    metadata.labels?.[LABEL.hub];
}

/** The projection of the LynqHub informer; fills in the defaults of fields added after the object was stored. */
export function toStoredHub(object: KubeObject): StoredHub {
  return {
    ...meta(object),
    spec: hubSpec.parse(object["spec"]),
    status: (object["status"] ?? {}) as HubStatus,
  };
}

/** A form that an older schema let through may be unreadable; it must not look as if it were deleted. */
export function toStoredForm(object: KubeObject): StoredForm {
  const common = { ...meta(object), status: (object["status"] ?? {}) as FormStatus };
  const parsed = formSpec.safeParse(object["spec"]);
  if (parsed.success) return { ...common, spec: parsed.data };
  const spec = object["spec"] as { hubId?: unknown } | undefined;
  const fields = parsed.error.issues.slice(0, 10).map((issue) =>
    `spec.${issue.path.join(".")}: ${issue.code}`
  );
  const unreadable = `the stored form does not fit its schema: ${fields.join("; ")}; correct these fields`;
  const hubId = typeof spec?.hubId === "string" ? spec.hubId : "";
  return { ...common, spec: { hubId, revisionHistoryLimit: 10, mode: "Apply" }, unreadable };
}

function meta({ metadata }: KubeObject): StoredMeta {
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name ?? "",
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    generation: metadata.generation ?? 0,
    deleting: metadata.deletionTimestamp !== undefined,
    finalizers: metadata.finalizers ?? [],
    annotations: withoutLarge(metadata.annotations),
    createdAt: metadata.creationTimestamp,
  };
}

/** kubectl's own copy of the object is as large as the object. */
function withoutLarge(annotations: Record<string, string> | undefined): Record<string, string> {
  const { "kubectl.kubernetes.io/last-applied-configuration": _, ...rest } = annotations ?? {};
  return rest;
}

import type {
  ApplyOptions,
  DeleteOptions,
  ListOptions,
  ObjectRef,
  PatchType,
  WatchOptions,
  WriteOptions,
} from "./client.ts";
import type { KubeObject } from "./object.ts";
import { apiVersionOf, resourcePath, type ResourceType } from "./resource_type.ts";

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "apply" | "delete";

/** One HTTP request to the API server, before credentials. */
export interface KubeRequest {
  readonly verb: Verb;
  /** The plural name ("deployments"), or "raw" for a bare path. */
  readonly resource: string;
  /** Plural and group ("deployments.apps"), which tell kinds apart. */
  readonly kind: string;
  /** What is asked for, for messages: "get deployments shop/web". */
  readonly what: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query below the server's URL. */
  readonly path: string;
  readonly accept: string;
  readonly contentType?: string;
  readonly body?: string;
  /** Sending it twice gives the answer and the state that sending it once gives. */
  readonly repeatable: boolean;
}

const JSON_TYPE = "application/json";
const PARTIAL = "as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const PARTIAL_LIST = "as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const PATCH_TYPES: Record<PatchType, string> = {
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  strategic: "application/strategic-merge-patch+json",
};
const PAGE_SIZE = 500;

export function getRequest(ref: ObjectRef, metadataOnly = false): KubeRequest {
  return {
    ...reading("get", ref.type, ref),
    path: resourcePath(ref.type, ref),
    accept: metadataOnly ? `${JSON_TYPE};${PARTIAL}` : JSON_TYPE,
  };
}

export function rawRequest(path: string, accept = JSON_TYPE): KubeRequest {
  return {
    verb: "get",
    resource: "raw",
    kind: "raw",
    what: `get ${path}`,
    method: "GET",
    path,
    accept,
    repeatable: true,
  };
}

/** One page; `continueAt` is the token of the page before. */
export function listRequest(options: ListOptions, continueAt?: string): KubeRequest {
  const query = selectors(options);
  query.set("limit", String(options.limit ?? PAGE_SIZE));
  if (continueAt !== undefined) query.set("continue", continueAt);
  else if (options.resourceVersion !== undefined) query.set("resourceVersion", options.resourceVersion);
  return {
    ...reading("list", options.type, options),
    path: `${resourcePath(options.type, { namespace: options.namespace })}?${query}`,
    accept: options.metadataOnly ? `${JSON_TYPE};${PARTIAL_LIST}` : JSON_TYPE,
  };
}

/** The server ends the watch after `timeoutSeconds`. */
export function watchRequest(options: WatchOptions, timeoutSeconds: number): KubeRequest {
  const query = selectors(options);
  query.set("watch", "1");
  query.set("allowWatchBookmarks", "true");
  query.set("resourceVersion", options.resourceVersion);
  query.set("timeoutSeconds", String(timeoutSeconds));
  return {
    ...reading("watch", options.type, options),
    path: `${resourcePath(options.type, { namespace: options.namespace })}?${query}`,
    accept: options.metadataOnly ? `${JSON_TYPE};${PARTIAL}` : JSON_TYPE,
  };
}

export function createRequest(type: ResourceType, object: KubeObject, options: WriteOptions): KubeRequest {
  const at = { namespace: object.metadata.namespace, subresource: options.subresource };
  return {
    ...writing({ verb: "create", type, at: { ...at, name: object.metadata.name } }),
    method: "POST",
    path: withQuery(resourcePath(type, at), writeQuery(options)),
    contentType: JSON_TYPE,
    body: wireJson(typed(type, object)),
    repeatable: false,
  };
}

export function updateRequest(ref: ObjectRef, object: KubeObject, options: WriteOptions): KubeRequest {
  return {
    ...writing({ verb: "update", type: ref.type, at: ref }),
    method: "PUT",
    path: withQuery(
      resourcePath(ref.type, { ...ref, subresource: options.subresource }),
      writeQuery(options),
    ),
    contentType: JSON_TYPE,
    body: wireJson(typed(ref.type, object)),
    repeatable: object.metadata.resourceVersion === undefined,
  };
}

export function patchRequest(
  ref: ObjectRef,
  patch: { type: PatchType; body: unknown },
  options: WriteOptions,
): KubeRequest {
  return {
    ...writing({ verb: "patch", type: ref.type, at: ref }),
    method: "PATCH",
    path: withQuery(
      resourcePath(ref.type, { ...ref, subresource: options.subresource }),
      writeQuery(options),
    ),
    contentType: PATCH_TYPES[patch.type],
    body: wireJson(patch.body),
    repeatable: patch.type === "merge" && !carriesResourceVersion(patch.body),
  };
}

export function applyRequest(ref: ObjectRef, object: KubeObject, options: ApplyOptions): KubeRequest {
  const query = writeQuery(options);
  query.set("force", String(options.force ?? false));
  return {
    ...writing({ verb: "apply", type: ref.type, at: ref }),
    method: "PATCH",
    path: withQuery(resourcePath(ref.type, { ...ref, subresource: options.subresource }), query),
    contentType: "application/apply-patch+yaml",
    body: wireJson(typed(ref.type, object)),
    repeatable: object.metadata.resourceVersion === undefined,
  };
}

export function deleteRequest(ref: ObjectRef, options: DeleteOptions): KubeRequest {
  const { uid, resourceVersion } = options;
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  const body = {
    kind: "DeleteOptions",
    apiVersion: "v1",
    ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
    ...(options.propagationPolicy === undefined ? {} : { propagationPolicy: options.propagationPolicy }),
    ...(options.dryRun ? { dryRun: ["All"] } : {}),
  };
  return {
    ...writing({ verb: "delete", type: ref.type, at: ref }),
    method: "DELETE",
    path: resourcePath(ref.type, ref),
    contentType: JSON_TYPE,
    body: JSON.stringify(body),
    repeatable: uid !== undefined && resourceVersion === undefined,
  };
}

interface At {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

function reading(verb: Verb, type: ResourceType, at: At) {
  return {
    verb,
    resource: type.plural,
    kind: kindOf(type),
    what: describe(verb, type, at),
    method: "GET",
    repeatable: true,
  } as const;
}

function writing({ verb, type, at }: { verb: Verb; type: ResourceType; at: At }) {
  const what = describe(verb, type, at);
  return { verb, resource: type.plural, kind: kindOf(type), what, accept: JSON_TYPE } as const;
}

function kindOf({ plural, group }: ResourceType): string {
  return group === "" ? plural : `${plural}.${group}`;
}

function describe(verb: Verb, type: ResourceType, at: At): string {
  const place = [at.namespace, at.name].filter((part) => part !== undefined && part !== "").join("/");
  return place === "" ? `${verb} ${kindOf(type)}` : `${verb} ${kindOf(type)} ${place}`;
}

function selectors(options: ListOptions | WatchOptions): URLSearchParams {
  const query = new URLSearchParams();
  if (options.labelSelector) query.set("labelSelector", options.labelSelector);
  if (options.fieldSelector) query.set("fieldSelector", options.fieldSelector);
  return query;
}

/**
 * Nobody reads the warnings that kube-apiserver makes unless told to ignore unknown fields, and for them it reads each
 * body twice, of an apply as YAML. What an apply may not hold is refused all the same.
 */
function writeQuery(options: WriteOptions): URLSearchParams {
  const query = new URLSearchParams({ fieldValidation: "Ignore" });
  if (options.fieldManager !== undefined) query.set("fieldManager", options.fieldManager);
  if (options.dryRun) query.set("dryRun", "All");
  return query;
}

function withQuery(path: string, query: URLSearchParams): string {
  return query.size === 0 ? path : `${path}?${query}`;
}

/** The server wants `apiVersion` and `kind` in every body. */
function typed(type: ResourceType, object: KubeObject): KubeObject {
  return { ...object, apiVersion: object.apiVersion ?? apiVersionOf(type), kind: object.kind ?? type.kind };
}

function carriesResourceVersion(patch: unknown): boolean {
  const metadata = (patch as { metadata?: { resourceVersion?: unknown } } | null)?.metadata;
  return metadata?.resourceVersion !== undefined;
}

/**
 * JSON with the escapes that Go's encoder writes: the API server keeps a raw field (a ControllerRevision's `data`) byte
 * for byte, and writes it anew with these escapes when another field is patched, which would then change it.
 */
function wireJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

import type { KubeObject } from "../kube/object.ts";
import { apiVersionOf } from "../kube/resource_type.ts";
import { type Answer, json } from "./answers.ts";
import type { Cluster, ObjectTarget } from "./cluster.ts";
import { type Deleted, deleteObject, deleteRequest } from "./delete_object.ts";
import type { JsonObject } from "./json.ts";
import { listObjects, selectionOf } from "./list_objects.ts";
import { metadataOnly, type Representation, representationOf } from "./negotiation.ts";
import { requireVersionOf } from "./object_identity.ts";
import { patchObject, writeScale } from "./patch_object.ts";
import { type ApiRequest, bodyValue, patchBody, writeOptions } from "./request_body.ts";
import { scaleOf } from "./scale.ts";
import type { ServedResource } from "./served_resource.ts";
import { forbidden, methodNotAllowed } from "./status_error.ts";
import { tableOf } from "./tables.ts";
import { isTrue, type WatchHub, watchRequest } from "./watch_stream.ts";
import { createObject, requireLive, updateObject, type Written } from "./write_object.ts";

export interface HandlerContext {
  readonly cluster: Cluster;
  readonly watches: WatchHub;
  /** Milliseconds after which a watch without `timeoutSeconds` ends. */
  readonly watchTimeoutMs: number;
}

/** GET, POST and DELETE of a collection. */
export function handleCollection(
  context: HandlerContext,
  at: { resource: ServedResource; namespace: string | undefined },
  request: ApiRequest,
): Answer {
  switch (request.method) {
    case "GET":
      return request.query.has("watch") && isTrue(request.query.get("watch"))
        ? watch(context, at, request)
        : list(context.cluster, at, request);
    case "POST": {
      if (at.resource.namespaced && at.namespace === undefined) throw methodNotAllowed(at.resource);
      const target = { ...at, name: "", subresource: "" };
      const options = writeOptions(context.cluster.fields, request);
      const written = createObject(context.cluster, target, { body: bodyValue(request), options });
      return objectAnswer(context.cluster, target, { written, request, code: 201 });
    }
    case "DELETE":
      return deleteCollection(context.cluster, at, request);
    default:
      throw methodNotAllowed(at.resource);
  }
}

function list(
  cluster: Cluster,
  at: { resource: ServedResource; namespace: string | undefined },
  request: ApiRequest,
): Answer {
  const shape = representationOf(request.accept);
  const page = listObjects(cluster, selectionOf(at.resource, at.namespace, request.query), request.query);
  const metadata = {
    resourceVersion: String(page.revision),
    ...(page.next === undefined ? {} : { continue: page.next }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  };
  switch (shape.kind) {
    case "table":
      return json(
        tableOf(cluster, at.resource, { objects: page.items, metadata, include: includeOf(request) }),
      );
    case "metadata":
      return json({
        kind: "PartialObjectMetadataList",
        apiVersion: "meta.k8s.io/v1",
        metadata,
        items: page.items.map(metadataOnly),
      });
    case "object":
      return json({
        kind: at.resource.listKind,
        apiVersion: apiVersionOf(at.resource),
        metadata,
        items: page.items.map((item) => listed(at.resource, item)),
      });
  }
}

/** Items of built-in lists carry no kind and apiVersion. */
function listed(resource: ServedResource, item: KubeObject): JsonObject {
  if (resource.custom !== undefined) return item;
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = item;
  return rest;
}

function includeOf(request: ApiRequest): string {
  return request.query.get("includeObject") ?? "Metadata";
}

function shapeOf(
  cluster: Cluster,
  resource: ServedResource,
  request: ApiRequest,
): (object: KubeObject) => JsonObject {
  const representation: Representation = representationOf(request.accept);
  switch (representation.kind) {
    case "object":
      return (object) => object;
    case "metadata":
      return metadataOnly;
    case "table":
      return (object) =>
        tableOf(cluster, resource, {
          objects: object.metadata.name === undefined ? [] : [object],
          metadata: { resourceVersion: object.metadata.resourceVersion ?? "" },
          include: includeOf(request),
        });
  }
}

function watch(
  context: HandlerContext,
  at: { resource: ServedResource; namespace: string | undefined },
  request: ApiRequest,
): Answer {
  const { cluster, watches } = context;
  const selection = selectionOf(at.resource, at.namespace, request.query);
  const wanted = watchRequest(selection, request.query, { timeoutMs: context.watchTimeoutMs });
  const body = watches.stream(cluster, wanted, shapeOf(cluster, at.resource, request));
  return { kind: "stream", body, contentType: "application/json" };
}

function deleteCollection(
  cluster: Cluster,
  at: { resource: ServedResource; namespace: string | undefined },
  request: ApiRequest,
): Answer {
  if (!at.resource.verbs.includes("deletecollection")) throw methodNotAllowed(at.resource);
  const target = { ...at, name: "", subresource: "" };
  const wanted = deleteRequest(target, bodyValue(request), request.query);
  const page = listObjects(cluster, selectionOf(at.resource, at.namespace, request.query), request.query);
  const items = page.items.map((item) => {
    const one = { ...target, namespace: item.metadata.namespace, name: item.metadata.name ?? "" };
    return deleteObject(cluster, one, { ...wanted, uid: undefined, resourceVersion: undefined }).object;
  });
  return json({
    kind: at.resource.listKind,
    apiVersion: apiVersionOf(at.resource),
    metadata: { resourceVersion: String(page.revision) },
    items,
  });
}

/** GET, PUT, PATCH and DELETE of one object or subresource. */
export function handleObject(context: HandlerContext, target: ObjectTarget, request: ApiRequest): Answer {
  const { cluster } = context;
  switch (request.method) {
    case "GET":
      return read(context, target, request);
    case "PUT": {
      const body = bodyValue(request);
      const options = writeOptions(cluster.fields, request);
      if (target.subresource !== "scale") requireVersionOf(target, body);
      const written = target.subresource === "scale"
        ? writeScale(cluster, target, { body, options })
        : updateObject(cluster, target, { body, options });
      return objectAnswer(cluster, target, { written, request, code: 200 });
    }
    case "PATCH": {
      const options = writeOptions(cluster.fields, request);
      const written = patchObject(cluster, target, { body: patchBody(request), options });
      return objectAnswer(cluster, target, { written, request, code: written.created ? 201 : 200 });
    }
    case "DELETE": {
      if (target.subresource !== "") throw methodNotAllowed(target.resource);
      return deletedAnswer(
        target,
        deleteObject(cluster, target, deleteRequest(target, bodyValue(request), request.query)),
      );
    }
    case "POST":
      if (target.subresource === "eviction") return evict(cluster, target, request);
      throw methodNotAllowed(target.resource);
    default:
      throw methodNotAllowed(target.resource);
  }
}

function read(context: HandlerContext, target: ObjectTarget, request: ApiRequest): Answer {
  const { cluster } = context;
  if (request.query.has("watch") && isTrue(request.query.get("watch"))) {
    const query = new URLSearchParams(request.query);
    query.set("fieldSelector", `metadata.name=${target.name}`);
    return watch(context, { resource: target.resource, namespace: target.namespace }, { ...request, query });
  }
  const live = requireLive(cluster, target);
  if (target.subresource === "scale") return json(scaleOf(target.resource, live));
  return json(shapeOf(cluster, target.resource, request)(live));
}

function objectAnswer(
  cluster: Cluster,
  target: ObjectTarget,
  said: { written: Written; request: ApiRequest; code: number },
): Answer {
  const { written } = said;
  const shape = target.subresource === "scale"
    ? (object: KubeObject): JsonObject => object
    : shapeOf(cluster, target.resource, said.request);
  const deprecated = target.resource.custom?.deprecationWarning;
  const warnings = deprecated === undefined ? written.warnings : [deprecated, ...written.warnings];
  return { kind: "json", code: said.code, body: shape(written.object), warnings };
}

function deletedAnswer(target: ObjectTarget, deleted: Deleted): Answer {
  const { resource } = target;
  const body = deleted.removed
    ? {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Success",
      details: {
        name: target.name,
        ...(resource.group === "" ? {} : { group: resource.group }),
        kind: resource.plural,
        uid: deleted.object.metadata.uid,
      },
    }
    : deleted.object;
  return { kind: "json", code: 200, body, warnings: deleted.warnings };
}

function evict(cluster: Cluster, target: ObjectTarget, request: ApiRequest): Answer {
  if (target.resource.store !== "/pods") {
    throw forbidden(target.resource, target.name, "only pods are evicted");
  }
  const wanted = deleteRequest(target, undefined, request.query);
  deleteObject(cluster, { ...target, subresource: "" }, wanted);
  return json({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" }, 201);
}

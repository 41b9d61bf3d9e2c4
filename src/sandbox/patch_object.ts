import { type Cluster, type ObjectTarget, type WriteOptions } from "./cluster.ts";
import { isObject } from "./json.ts";
import { jsonPatch, mergePatch } from "./json_patch.ts";
import { scaleOf, withScale } from "./scale.ts";
import { ApiError, badRequest, failure } from "./status_error.ts";
import { applyObject, requireLive, storeChange, updateObject, type Written } from "./write_object.ts";

export type PatchBody =
  | { readonly kind: "json" | "merge" | "strategic"; readonly patch: unknown }
  | { readonly kind: "apply"; readonly applied: unknown };

/** PATCH in its four kinds; server-side apply may create. */
export function patchObject(
  cluster: Cluster,
  target: ObjectTarget,
  request: { body: PatchBody; options: WriteOptions },
): Written {
  const { body, options } = request;
  if (body.kind === "apply") {
    if (!isObject(body.applied)) throw badRequest("an applied configuration must be an object");
    if (target.subresource === "scale") {
      return patchScale(cluster, target, { body: { kind: "merge", patch: body.applied }, options });
    }
    return applyObject(cluster, target, { body: body.applied, options });
  }
  if (target.subresource === "scale") return patchScale(cluster, target, { body, options });
  const live = requireLive(cluster, target);
  const patched = patchedDocument(cluster, target, { document: live, body });
  return updateObject(cluster, target, { body: patched, options });
}

function patchedDocument(
  cluster: Cluster,
  target: ObjectTarget,
  request: { document: Record<string, unknown>; body: Exclude<PatchBody, { kind: "apply" }> },
): unknown {
  const { document, body } = request;
  switch (body.kind) {
    case "json":
      return jsonPatch(document, body.patch);
    case "merge":
      return mergePatch(document, body.patch);
    case "strategic": {
      if (target.resource.custom !== undefined) throw unsupportedPatch();
      if (!isObject(body.patch)) throw badRequest("a strategic merge patch must be an object");
      const merged = cluster.fields.strategicMerge({
        kind: target.resource.fields,
        live: requireLive(cluster, target),
        patch: body.patch,
      });
      if (merged.kind === "refused") throw new ApiError(merged.status);
      return merged.object;
    }
  }
}

/** 415 with the patch types that custom resources take. */
function unsupportedPatch(): ApiError {
  return failure(415, "UnsupportedMediaType", {
    message: "the body of the request was in an unknown format - accepted media types include: " +
      "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
    details: {},
  });
}

function patchScale(
  cluster: Cluster,
  target: ObjectTarget,
  request: { body: Exclude<PatchBody, { kind: "apply" }>; options: WriteOptions },
): Written {
  const live = requireLive(cluster, target);
  const scale = scaleOf(target.resource, live);
  const { resourceVersion: _version, ...metadata } = scale.metadata;
  const document = { ...scale, metadata };
  const patched = request.body.kind === "json"
    ? jsonPatch(document, request.body.patch)
    : mergePatch(document, request.body.patch);
  return writeScale(cluster, target, { body: patched, options: request.options });
}

/** PUT of a Scale; answers the new Scale. */
export function writeScale(
  cluster: Cluster,
  target: ObjectTarget,
  request: { body: unknown; options: WriteOptions },
): Written {
  const live = requireLive(cluster, target);
  const next = withScale(target.resource, live, request.body);
  const written = storeChange(cluster, target, { live, next, options: request.options, tracked: false });
  return { ...written, object: scaleOf(target.resource, written.object) };
}

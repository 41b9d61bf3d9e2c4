import type { KubeObject } from "../kube/object.ts";
import { at, isObject, type JsonObject, numberAt, objectAt } from "./json.ts";
import type { ScalePaths, ServedResource } from "./served_resource.ts";

const builtinPaths: ScalePaths = {
  specReplicasPath: ".spec.replicas",
  statusReplicasPath: ".status.replicas",
};

function pathsOf(resource: ServedResource): ScalePaths {
  return resource.custom?.scale ?? builtinPaths;
}

function keysOf(path: string): readonly string[] {
  return path.split(".").filter((key) => key !== "");
}

/** The `autoscaling/v1` Scale of a scalable object. */
export function scaleOf(resource: ServedResource, live: KubeObject): KubeObject {
  const paths = pathsOf(resource);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = live.metadata;
  const metadata: KubeObject["metadata"] = {};
  if (name !== undefined) metadata.name = name;
  if (namespace !== undefined) metadata.namespace = namespace;
  if (uid !== undefined) metadata.uid = uid;
  if (resourceVersion !== undefined) metadata.resourceVersion = resourceVersion;
  if (creationTimestamp !== undefined) metadata.creationTimestamp = creationTimestamp;
  const selector = selectorText(resource, live, paths);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata,
    spec: { replicas: numberAt(live, ...keysOf(paths.specReplicasPath)) ?? 0 },
    status: {
      replicas: numberAt(live, ...keysOf(paths.statusReplicasPath)) ?? 0,
      ...(selector === "" ? {} : { selector }),
    },
  };
}

function selectorText(resource: ServedResource, live: KubeObject, paths: ScalePaths): string {
  if (resource.custom !== undefined) {
    const text = at(live, ...keysOf(paths.labelSelectorPath ?? ""));
    return typeof text === "string" ? text : "";
  }
  const labels = objectAt(live, "spec", "selector", "matchLabels");
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`).sort().join(",");
}

/** The object with the replicas of a Scale. */
export function withScale(resource: ServedResource, live: KubeObject, scale: unknown): KubeObject {
  const keys = keysOf(pathsOf(resource).specReplicasPath);
  const version = at(scale, "metadata", "resourceVersion");
  const next = setAt(live, keys, numberAt(scale, "spec", "replicas") ?? 0);
  const { resourceVersion: _live, ...metadata } = live.metadata;
  return {
    ...next,
    metadata: typeof version === "string" && version !== ""
      ? { ...metadata, resourceVersion: version }
      : metadata,
  };
}

function setAt(object: JsonObject, keys: readonly string[], value: unknown): JsonObject {
  const [first, ...rest] = keys;
  if (first === undefined) return object;
  const inner = object[first];
  return { ...object, [first]: rest.length === 0 ? value : setAt(isObject(inner) ? inner : {}, rest, value) };
}

import { Buffer } from "node:buffer";
import type { KubeObject } from "../kube/object.ts";

/**
 * A core Secret with `stringData` turned into `data`. The API server owns what is applied as `stringData` under
 * `f:stringData`, so that a later edit of `data` would go unseen; `stringData` wins over `data` as it does there.
 */
export function withoutStringData(object: KubeObject): KubeObject {
  const text = object["stringData"];
  if (object.apiVersion !== "v1" || object.kind !== "Secret" || typeof text !== "object" || text === null) {
    return object;
  }
  const { stringData: _, ...rest } = object;
  const present = object["data"];
  const data: Record<string, unknown> = typeof present === "object" && present !== null ? { ...present } : {};
  for (const [key, value] of Object.entries(text)) {
    data[key] = Buffer.from(typeof value === "string" ? value : JSON.stringify(value), "utf8").toString(
      "base64",
    );
  }
  return { ...rest, metadata: object.metadata, data };
}

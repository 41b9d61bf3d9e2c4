import { Buffer } from "node:buffer";
import type { Givens, KeyField, ObjectPath } from "../api/givens.ts";
import type { KubeObject } from "../kube/object.ts";

/**
 * A core Secret with `stringData` turned into `data`. The API server owns what is applied as `stringData` under
 * `f:stringData`, so that a later edit of `data` would go unseen; `stringData` wins over `data` as it does there.
 */
export function withoutStringData(object: KubeObject): KubeObject {
  const text = object["stringData"];
  if (!isSecret(object)) return object;
  const { stringData: _, ...rest } = object;
  // A template that makes keys was left out.
  if (text === "") return { ...rest, metadata: object.metadata };
  if (typeof text !== "object" || text === null) return object;
  const present = object["data"];
  const data: Record<string, unknown> = typeof present === "object" && present !== null ? { ...present } : {};
  for (const [key, value] of Object.entries(text)) {
    data[key] = base64(value);
  }
  return { ...rest, metadata: object.metadata, data };
}

/** What was rendered into `stringData` stands in `data` now, in base64. */
export function givensInData(object: KubeObject, givens: Givens): Givens {
  if (!isSecret(object)) return givens;
  const within = (path: ObjectPath) => path[0] === "stringData" ? ["data", ...path.slice(1)] : path;
  return {
    ...givens,
    fleeting: givens.fleeting.map((field) => ({ ...field, path: within(field.path) })),
    keys: givens.keys.map((key) => key.path[0] === "stringData" ? encoded(key) : key),
  };
}

function encoded({ path, make }: KeyField): KeyField {
  return {
    path: ["data", ...path.slice(1)],
    make: (privateKey) => {
      const made = make(privateKey);
      if (made.kind === "failed") return made;
      const { value } = made;
      const whole = path.length === 1 && typeof value === "object" && value !== null;
      return {
        kind: "made",
        value: whole
          ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, base64(each)]))
          : base64(value),
      };
    },
  };
}

function isSecret({ apiVersion, kind }: KubeObject): boolean {
  return apiVersion === "v1" && kind === "Secret";
}

function base64(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value), "utf8").toString("base64");
}

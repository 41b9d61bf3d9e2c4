const TEXT_KEYS = new Set(["apiVersion", "kind"]);
const TEXT_MAPS = new Set(["annotations", "labels", "matchLabels", "nodeSelector"]);
const DATA_MAPS = new Set(["data", "binaryData", "stringData"]);
const DATA_KINDS = new Set(["ConfigMap", "Secret"]);

/**
 * Whether a rendered value stays text where no schema tells its type (compat.md 5.6): `path` is the chain of map keys
 * from the object's root, list indexes left out.
 */
export function keepsText(path: readonly string[], kind: string | undefined): boolean {
  const key = path.at(-1);
  if (key === undefined) return false;
  if (path[0] === "metadata" || TEXT_KEYS.has(key)) return true;
  const parent = path.at(-2);
  if (parent === undefined) return false;
  if (TEXT_MAPS.has(parent)) return true;
  if (parent === "env" && key === "value") return true;
  return DATA_MAPS.has(parent) && kind !== undefined && DATA_KINDS.has(kind);
}

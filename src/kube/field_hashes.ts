import { createHash } from "node:crypto";

const LENGTH = 4;

/** Four base64 characters (24 bits) for the path of a field, `.spec.containers[name="web"].image`. */
export function fieldHash(path: string): string {
  return createHash("sha256").update(path).digest("base64url").slice(0, LENGTH);
}

/** The hashes of these paths, sorted, each once, without anything between them. */
export function packFields(paths: Iterable<string>): string {
  return [...new Set([...paths].map(fieldHash))].sort().join("");
}

/** The hashes that a packed text holds; none where there is no text. */
export function unpackFields(packed: string | undefined): ReadonlySet<string> {
  return new Set(packed?.match(/.{4}/g) ?? []);
}

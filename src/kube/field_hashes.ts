const LENGTH = 4;
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * Four base64url characters (24 bits) for the path of a field, `.spec.containers[name="web"].image`: FNV-1a over its
 * UTF-16 units, mixed as MurmurHash3 ends. Records hold them, so that the function never changes.
 */
export function fieldHash(path: string): string {
  let hash = 0x811c9dc5;
  for (let n = 0; n < path.length; n++) hash = Math.imul(hash ^ path.charCodeAt(n), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  let text = "";
  for (let shift = 26; text.length < LENGTH; shift -= 6) text += DIGITS[(hash >>> shift) & 63];
  return text;
}

/** The hashes of these paths, sorted, each once, without anything between them. */
export function packFields(paths: Iterable<string>): string {
  return [...new Set([...paths].map(fieldHash))].sort().join("");
}

/** The hashes that a packed text holds; none where there is no text. */
export function unpackFields(packed: string | undefined): ReadonlySet<string> {
  return new Set(packed?.match(/.{4}/g) ?? []);
}

import { createHash } from "node:crypto";
import { isRawJson } from "./raw_json.ts";

/** JSON with keys sorted at every level, so that equal objects have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner) || isRawJson(inner)) {
      return inner;
    }
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}

/** SHA-256 over text, its first 8 bytes in hex. */
export function textHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

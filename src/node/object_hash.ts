import { createHash } from "node:crypto";

export { canonicalJson } from "../kube/canonical_json.ts";

/** SHA-256 over text, its first 8 bytes in hex. */
export function textHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

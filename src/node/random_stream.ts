import { Buffer } from "node:buffer";
import { createHash, hkdfSync } from "node:crypto";

/** The secret of a node that its random values are derived from. */
export interface Seed {
  readonly bytes: Uint8Array;
  /** Tells seeds apart without telling anything about them. */
  readonly fingerprint: string;
}

/** Bytes of a seed. */
export const SEED_BYTES = 32;

/** What HKDF with SHA-256 gives at most, in bytes. */
const BLOCK_LIMIT = 255 * 32;

export function seedOf(bytes: Uint8Array): Seed {
  return { bytes, fingerprint: Buffer.from(derive(bytes, ["fingerprint"], 4)).toString("hex") };
}

/** A seed for places without a cluster: of a text that somebody chose, and of the node's name. */
export function seedOfText(text: string, node: { namespace: string; name: string }): Seed {
  const chosen = createHash("sha256").update(text).digest();
  return seedOf(derive(chosen, ["text", node.namespace, node.name], SEED_BYTES));
}

/**
 * A random source for one field of one resource. Its n-th draw is HKDF-SHA256 of the seed over the resource's id, the
 * field's path and n, so that the same field draws the same bytes in every rendering, and no two fields the same ones.
 */
export function randomStream(
  seed: Seed,
  place: { readonly id: string; readonly field: string },
): (length: number) => Uint8Array<ArrayBuffer> {
  let draw = 0;
  return (length) => {
    const bytes = new Uint8Array(length);
    const info = ["value", place.id, place.field, String(draw++)];
    for (let at = 0; at < length; at += BLOCK_LIMIT) {
      const size = Math.min(BLOCK_LIMIT, length - at);
      bytes.set(derive(seed.bytes, [...info, String(at)], size), at);
    }
    return bytes;
  };
}

/** The parts of the info are told apart by their lengths. */
function derive(secret: Uint8Array, parts: readonly string[], length: number): Uint8Array<ArrayBuffer> {
  const info = ["lynq.sh", ...parts].map((part) => `${Buffer.byteLength(part)}:${part}`).join("");
  return new Uint8Array(hkdfSync("sha256", secret, "", info, length));
}

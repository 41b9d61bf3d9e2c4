import { createHash } from "node:crypto";
import { toUint8Array } from "./bytes.ts";
import { define, type FunctionTable } from "./function.ts";
import { types } from "./value.ts";

const digest = (algorithm: "sha1" | "sha256" | "sha512") =>
  define({
    params: [types.string],
    call: ([text]) => createHash(algorithm).update(toUint8Array(text)).digest("hex"),
  });

/** Adler-32 of the bytes (RFC 1950). */
function adler32(bytes: string): number {
  const prime = 65_521;
  let low = 1;
  let high = 0;
  for (let at = 0; at < bytes.length; at++) {
    low = (low + bytes.charCodeAt(at)) % prime;
    high = (high + low) % prime;
  }
  return high * 65_536 + low;
}

export const digestFunctions: FunctionTable = {
  sha1sum: digest("sha1"),
  sha256sum: digest("sha256"),
  sha512sum: digest("sha512"),
  adler32sum: define({ params: [types.string], call: ([text]) => adler32(text).toString() }),
};

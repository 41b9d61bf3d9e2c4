import { generateKeyPair, type KeyObject } from "node:crypto";
import { Limit } from "../controller/limit.ts";
import { DSA, ECDSA, type KeyKind, pemOf, RSA_BITS } from "../template/mod.ts";

/**
 * Makes private keys in threads of the runtime, one at a time: an RSA key takes seconds of a processor, which the
 * controllers need too.
 */
export class KeyMaker {
  readonly #one = new Limit(1);

  /** PEM text. */
  make(kind: KeyKind): Promise<string> {
    return this.#one.run(async () => pemOf(kind, await privateKey(kind)));
  }
}

async function privateKey(kind: KeyKind): Promise<KeyObject> {
  const made = Promise.withResolvers<KeyObject>();
  const settle = (error: Error | null, _public: KeyObject, key: KeyObject) =>
    error === null ? made.resolve(key) : made.reject(error);
  switch (kind) {
    case "rsa4096":
    case "rsa2048":
      generateKeyPair("rsa", { modulusLength: RSA_BITS[kind] }, settle);
      break;
    case "dsa":
      generateKeyPair("dsa", DSA, settle);
      break;
    case "ecdsa":
      generateKeyPair("ec", ECDSA, settle);
      break;
    case "ed25519":
      generateKeyPair("ed25519", {}, settle);
      break;
  }
  return await made.promise;
}

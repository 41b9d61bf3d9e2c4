import { encodeBase64 as encodeBcryptBase64, hashSync } from "bcryptjs";
import { createCipheriv, createDecipheriv, createHmac, scryptSync } from "node:crypto";
import { decodeText, fromUint8Array, isValidUtf8, toUint8Array } from "./bytes.ts";
import { type CallContext, CallError, define, type FunctionTable } from "./function.ts";
import { decodeBase64, encodeBase64 } from "./sprig_encoding.ts";
import { types } from "./value.ts";

/** What the slow hashes cost in steps, by the time they take. */
const bcryptSteps = 50_000;
const scryptSteps = 150_000;

const bcryptCost = 10;

function bcrypt(password: string, context: CallContext): string {
  if (password.length > 72) {
    return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes";
  }
  if (!isValidUtf8(password)) throw new CallError("bcrypt takes passwords in UTF-8 only");
  context.budget.steps(bcryptSteps);
  const salt = encodeBcryptBase64([...context.randomBytes(16)], 16);
  return hashSync(decodeText(password), `$2a$${bcryptCost}$${salt}`);
}

function htpasswd(user: string, password: string, context: CallContext): string {
  if (user.includes(":")) return `invalid username: ${user}`;
  return `${user}:${bcrypt(password, context)}`;
}

/** The classes of the Master Password algorithm, and the patterns of classes for each type of password. */
const passwordCharacters: Readonly<Record<string, string>> = {
  V: "AEIOU",
  C: "BCDFGHJKLMNPQRSTVWXYZ",
  v: "aeiou",
  c: "bcdfghjklmnpqrstvwxyz",
  A: "AEIOUBCDFGHJKLMNPQRSTVWXYZ",
  a: "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
  n: "0123456789",
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
};

const passwordPatterns: ReadonlyMap<string, readonly string[]> = new Map([
  ["maximum", ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"]],
  [
    "long",
    [
      "CvcvnoCvcvCvcv",
      "CvcvCvcvnoCvcv",
      "CvcvCvcvCvcvno",
      "CvccnoCvcvCvcv",
      "CvccCvcvnoCvcv",
      "CvccCvcvCvcvno",
      "CvcvnoCvccCvcv",
      "CvcvCvccnoCvcv",
      "CvcvCvccCvcvno",
      "CvcvnoCvcvCvcc",
      "CvcvCvcvnoCvcc",
      "CvcvCvcvCvccno",
      "CvccnoCvccCvcv",
      "CvccCvccnoCvcv",
      "CvccCvccCvcvno",
      "CvcvnoCvccCvcc",
      "CvcvCvccnoCvcc",
      "CvcvCvccCvccno",
      "CvccnoCvcvCvcc",
      "CvccCvcvnoCvcc",
      "CvccCvcvCvccno",
    ],
  ],
  ["medium", ["CvcnoCvc", "CvcCvcno"]],
  ["short", ["Cvcn"]],
  ["basic", ["aaanaaan", "aannaaan", "aaannaaa"]],
  ["pin", ["nnnn"]],
]);

/** A number as four bytes, the highest first. */
function word(value: bigint): string {
  return fromUint8Array(Uint8Array.fromHex(BigInt.asUintN(32, value).toString(16).padStart(8, "0")));
}

const scope = "com.lyndir.masterpassword";

interface Site {
  counter: bigint;
  password: string;
  user: string;
  site: string;
}

/** A password for a site by the Master Password algorithm. */
function derivePassword(type: string, { counter, password, user, site }: Site, context: CallContext): string {
  const patterns = passwordPatterns.get(type);
  if (patterns === undefined) return `cannot find password template ${type}`;
  context.budget.steps(scryptSteps);
  const salt = toUint8Array(scope + word(BigInt(user.length)) + user);
  const limits = { N: 32_768, r: 8, p: 2, maxmem: 64 * 1024 * 1024 };
  const key = scryptSync(toUint8Array(password), salt, 64, limits);
  const message = toUint8Array(scope + word(BigInt(site.length)) + site + word(counter));
  const [first = 0, ...seed] = createHmac("sha256", key).update(message).digest();
  const pattern = patterns[first % patterns.length] ?? "";
  return [...pattern].map((kind, at) => {
    const characters = passwordCharacters[kind] ?? "";
    return characters.charAt((seed[at] ?? 0) % characters.length);
  }).join("");
}

const blockSize = 16;

/** A password as an AES-256 key: cut or filled with zeros to 32 bytes. */
function aesKey(password: string): Uint8Array<ArrayBuffer> {
  return toUint8Array(password.slice(0, 32).padEnd(32, "\0"));
}

/**
 * AES-256-CBC, the random first block in front, in base64; nothing for nothing. The block depends on the text too, so
 * that two texts never begin with the same one even where the random source repeats itself.
 */
function encryptAes(password: string, text: string, context: CallContext): string {
  if (text === "") return "";
  const message = toUint8Array(text);
  const start = new Uint8Array(
    createHmac("sha256", context.randomBytes(32)).update(message).digest().subarray(0, blockSize),
  );
  const cipher = createCipheriv("aes-256-cbc", aesKey(password), start);
  const body = fromUint8Array(cipher.update(message)) + fromUint8Array(cipher.final());
  return encodeBase64(fromUint8Array(start) + body);
}

/** The last byte tells how much is padding; nothing checks it, so a wrong key may give any text. */
function decryptAes(password: string, text: string): string {
  if (text === "") return "";
  const decoded = decodeBase64(text);
  if (decoded.kind === "error") throw new CallError(decoded.message);
  const bytes = toUint8Array(decoded.bytes);
  const failed = (bounds: string) => new CallError(`runtime error: slice bounds out of range ${bounds}`);
  // Go's decoder allocates by the length of the text, and that capacity is what its runtime reports.
  const capacity = Math.floor(text.length / 4) * 3;
  if (bytes.length < blockSize && capacity < blockSize) throw failed(`[:16] with capacity ${capacity}`);
  if ((bytes.length - blockSize) % blockSize !== 0) {
    throw new CallError("crypto/cipher: input not full blocks");
  }
  if (bytes.length === blockSize) throw new CallError("runtime error: index out of range [-1]");
  const decipher = createDecipheriv("aes-256-cbc", aesKey(password), bytes.subarray(0, blockSize));
  decipher.setAutoPadding(false);
  const plain = fromUint8Array(decipher.update(bytes.subarray(blockSize))) + fromUint8Array(decipher.final());
  const end = plain.length - plain.charCodeAt(plain.length - 1);
  if (end < 0) throw failed(`[:${end}]`);
  return plain.slice(0, end);
}

export const cryptoFunctions: FunctionTable = {
  bcrypt: define({
    params: [types.string],
    impure: "random",
    call: ([password], context) => bcrypt(password, context),
  }),
  htpasswd: define({
    params: [types.string, types.string],
    impure: "random",
    call: ([user, password], context) => htpasswd(user, password, context),
  }),
  derivePassword: define({
    params: [types.uint32, types.string, types.string, types.string, types.string],
    call: ([counter, type, password, user, site], context) =>
      derivePassword(type, { counter: counter.value, password, user, site }, context),
  }),
  encryptAES: define({
    params: [types.string, types.string],
    impure: "random",
    call: ([password, text], context) => encryptAes(password, text, context),
  }),
  decryptAES: define({
    params: [types.string, types.string],
    call: ([password, text]) => decryptAes(password, text),
  }),
};

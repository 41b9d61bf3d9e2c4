import { encodeRune, fromUint8Array, toRunes } from "./bytes.ts";
import { type CallContext, CallError, define, type FunctionTable } from "./function.ts";
import { encodeBase64 } from "./sprig_encoding.ts";
import { GoInt, types } from "./value.ts";

const digits = "0123456789";
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const printable = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join("");

/** A number below `limit`, every one as likely as the others. */
function randomBelow(limit: bigint, context: CallContext): bigint {
  const bytes = Math.ceil(limit.toString(2).length / 8);
  const range = 1n << BigInt(8 * bytes);
  const fair = range - range % limit;
  for (;;) {
    let value = 0n;
    for (const byte of context.randomBytes(bytes)) value = value << 8n | BigInt(byte);
    if (value < fair) return value % limit;
  }
}

/** `count` characters of an alphabet of at most 128, each drawn on its own. */
function randomText(count: bigint, alphabet: string, context: CallContext): string {
  if (count <= 0n) return "";
  const wanted = Number(count);
  context.budget.bytes(wanted);
  const fair = 256 - 256 % alphabet.length;
  let out = "";
  while (out.length < wanted) {
    for (const byte of context.randomBytes(Math.min(wanted - out.length + 16, 1024))) {
      if (byte < fair && out.length < wanted) out += alphabet.charAt(byte % alphabet.length);
    }
  }
  return out;
}

const randomOf = (alphabet: string) =>
  define({
    params: [types.int],
    impure: "random",
    call: ([count], context) => randomText(count.value, alphabet, context),
  });

function uuid(context: CallContext): string {
  const bytes = context.randomBytes(16);
  bytes[6] = (bytes[6] ?? 0) & 0x0f | 0x40;
  bytes[8] = (bytes[8] ?? 0) & 0x3f | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The runes of a text in random order, every order as likely as the others. */
function shuffled(text: string, context: CallContext): string {
  const runes = toRunes(text);
  context.budget.steps(runes.length);
  for (let at = runes.length - 1; at > 0; at--) {
    const other = Number(randomBelow(BigInt(at + 1), context));
    const held = runes[at] ?? 0;
    runes[at] = runes[other] ?? 0;
    runes[other] = held;
  }
  return runes.map(encodeRune).join("");
}

export const randomFunctions: FunctionTable = {
  randAlphaNum: randomOf(digits + letters),
  randAlpha: randomOf(letters),
  randNumeric: randomOf(digits),
  randAscii: randomOf(printable),
  randInt: define({
    params: [types.int, types.int],
    impure: "random",
    call: ([min, max], context) => {
      const span = BigInt.asIntN(64, max.value - min.value);
      if (span <= 0n) throw new CallError("invalid argument to Intn");
      return new GoInt(randomBelow(span, context) + min.value);
    },
  }),
  randBytes: define({
    params: [types.int],
    impure: "random",
    call: ([count], context) => {
      if (count.value < 0n) throw new CallError("runtime error: makeslice: len out of range");
      context.budget.bytes(2 * count.toNumber());
      return encodeBase64(fromUint8Array(context.randomBytes(count.toNumber())));
    },
  }),
  uuidv4: define({ params: [], impure: "random", call: (_, context) => uuid(context) }),
  shuffle: define({
    params: [types.string],
    impure: "random",
    call: ([text], context) => shuffled(text, context),
  }),
};

/** DER, the encoding of ASN.1 in which keys and certificates are written: as much of it as those need. */

type Bytes = Uint8Array<ArrayBuffer>;

const tags = { sequence: 0x30, set: 0x31 } as const;

export function joinBytes(parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return [0x80 | digits.length, ...digits];
}

/** A value with its tag and length. */
export function tagged(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  const body = joinBytes(parts);
  return joinBytes([Uint8Array.from([tag, ...lengthBytes(body.length)]), body]);
}

export function sequence(...parts: readonly Uint8Array[]): Bytes {
  return tagged(tags.sequence, ...parts);
}

export function setOf(...parts: readonly Uint8Array[]): Bytes {
  return tagged(tags.set, ...parts);
}

/** A non-negative integer. */
export function integer(value: bigint): Bytes {
  const hex = value.toString(16);
  const digits = Uint8Array.fromHex(hex.length % 2 === 0 ? hex : `0${hex}`);
  return (digits[0] ?? 0) >= 0x80 ? tagged(0x02, Uint8Array.of(0), digits) : tagged(0x02, digits);
}

export function boolean(value: boolean): Bytes {
  return tagged(0x01, Uint8Array.of(value ? 0xff : 0));
}

export function octets(content: Uint8Array): Bytes {
  return tagged(0x04, content);
}

/** A string of bits; `unused` bits at the end don't count. */
export function bits(content: Uint8Array, unused = 0): Bytes {
  return tagged(0x03, Uint8Array.of(unused), content);
}

export function nothing(): Bytes {
  return tagged(0x05);
}

/** An object identifier in dotted form. */
export function objectId(dotted: string): Bytes {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const septets = (value: number): number[] => {
    const digits = [value % 128];
    for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) {
      digits.unshift(0x80 | left % 128);
    }
    return digits;
  };
  return tagged(0x06, Uint8Array.from([first * 40 + second, ...rest.flatMap(septets)]));
}

/** A moment in UTC: UTCTime up to 2049, GeneralizedTime after. Fails outside the years 0 to 9999. */
export function utcTime(moment: Date): Bytes {
  const year = moment.getUTCFullYear();
  if (Number.isNaN(year) || year < 0 || year > 9999) {
    throw new RangeError("cannot represent time as GeneralizedTime");
  }
  const digits = moment.toISOString().replace(/\.\d+Z$/, "").replace(/\D/g, "");
  const isShort = year >= 1950 && year < 2050;
  return tagged(isShort ? 0x17 : 0x18, new TextEncoder().encode(`${isShort ? digits.slice(2) : digits}Z`));
}

/** A value as it was read: its tag, its content, and the whole of it. */
export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/** The values that follow one another in `bytes`; undefined for what is no DER. */
export function readAll(bytes: Uint8Array): Element[] | undefined {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = readOne(bytes.subarray(at));
    if (element === undefined) return undefined;
    elements.push(element);
    at += element.whole.length;
  }
  return elements;
}

function readOne(bytes: Uint8Array): Element | undefined {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) return undefined;
  const more = first < 0x80 ? 0 : first & 0x7f;
  if (more > 4 || first === 0x80) return undefined;
  const length = more === 0 ? first : bytes.subarray(2, 2 + more).reduce((sum, byte) => sum * 256 + byte, 0);
  const start = 2 + more;
  if (start + length > bytes.length) return undefined;
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(0, start + length) };
}

/** The number in an integer element. */
export function integerOf(element: Element): bigint {
  return BigInt(`0x0${element.content.toHex()}`);
}

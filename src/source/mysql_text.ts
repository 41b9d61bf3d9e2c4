import { checkedText, floatText, timestampText, utf8Text } from "./value_text.ts";

/** Column types of the MySQL protocol whose text is not what the server sends (protocol::enum_field_types). */
const TYPES = {
  tiny: 1,
  short: 2,
  long: 3,
  float: 4,
  double: 5,
  timestamp: 7,
  longlong: 8,
  int24: 9,
} as const;
const MORE_TYPES = { date: 10, datetime: 12, year: 13, bit: 16 } as const;

const INTEGERS: ReadonlySet<number> = new Set([
  ...[TYPES.tiny, TYPES.short, TYPES.long, TYPES.longlong, TYPES.int24],
  MORE_TYPES.year,
]);
const FLOATS: ReadonlySet<number> = new Set([TYPES.float, TYPES.double]);
const TIMES: ReadonlySet<number> = new Set([TYPES.timestamp, MORE_TYPES.date, MORE_TYPES.datetime]);

/**
 * The text of one cell of the text protocol (compat 3.5). Integers lose their zero padding, BIT(n) is an unsigned
 * decimal (so that BIT(1) is `0` or `1`), FLOAT and DOUBLE are Go's 'g', dates are RFC 3339; all else is the
 * server's text, JSON and DECIMAL included, and BLOB is its bytes when they are UTF-8.
 *
 * @param type column type number of the protocol
 * @param bytes the server's bytes, null for NULL
 */
export function mysqlText(type: number, bytes: Uint8Array | null): string {
  if (bytes === null) return "";
  if (type === MORE_TYPES.bit) return bitText(bytes);
  const text = utf8Text(bytes);
  if (INTEGERS.has(type)) return text.replace(/^(-?)0+(?=\d)/, "$1");
  if (FLOATS.has(type)) return floatText(Number(text));
  if (TIMES.has(type)) return timestampText(text) ?? checkedText(text);
  return text;
}

function bitText(bytes: Uint8Array): string {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value.toString();
}

/** What stands in place of a secret. */
export const REDACTED = "[redacted]";

const SECRET_KEYS: ReadonlySet<string> = new Set(["data", "secret", "pwd"]);
const SECRET_ENDINGS: readonly string[] = [
  "password",
  "passwd",
  "passphrase",
  "token",
  "authorization",
  "cookie",
  "credentials",
  "stringdata",
  "binarydata",
  "apikey",
  "privatekey",
  "secretkey",
  "clientsecret",
];

const MAX_DEPTH = 8;
const MAX_ITEMS = 200;
const MAX_TEXT = 16_384;

const URL_PASSWORD = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@:]{0,256}:[^\s/?#@]{0,256}@/gi;
const AUTH_SCHEME = /\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}/gi;
const ASSIGNED = /\b(password|passwd|passphrase|pwd|token)(=|"\s{0,8}:\s{0,8}")[^\s"&,;)]+/gi;

/** True where a field of this name holds a secret: `password`, `dbPassword`, `access_token`, a Secret's `data`. */
export function isSecretKey(key: string): boolean {
  const plain = key.toLowerCase().replaceAll(/[-_.]/g, "");
  return SECRET_KEYS.has(plain) || SECRET_ENDINGS.some((ending) => plain.endsWith(ending));
}

/** Text without what looks like a credential: a password in a URL, an Authorization value, `password=...`. */
export function redactText(text: string): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text;
  return cut
    .replaceAll(URL_PASSWORD, `$1${REDACTED}@`)
    .replaceAll(AUTH_SCHEME, `$1 ${REDACTED}`)
    .replaceAll(ASSIGNED, `$1$2${REDACTED}`);
}

/**
 * A value made safe for a log line: plain JSON data in which every secret field, at any depth, is replaced.
 *
 * Errors become their text, cycles and what lies deeper than 8 levels a mark, and lists end after 200 items.
 */
export function redact(value: unknown): unknown {
  return redactValue(value, []);
}

/** The text of anything thrown, with its causes: `message: cause`. Without secrets. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return redactText(typeof error === "string" ? error : jsonText(error));
  const parts: string[] = [];
  const seen = new Set<unknown>();
  for (let at: unknown = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    const message = at.message === "" ? at.name : at.message;
    if (!parts.some((part) => part.includes(message))) parts.push(message);
  }
  return redactText(parts.join(": "));
}

function redactValue(value: unknown, ancestors: readonly unknown[]): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return errorText(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (ancestors.includes(value)) return "[cycle]";
  if (ancestors.length >= MAX_DEPTH) return "[too deep]";
  const path = [...ancestors, value];
  if (value instanceof Map) return redactEntries(value, path);
  if (value instanceof Set || Array.isArray(value)) {
    return [...value].slice(0, MAX_ITEMS).map((item) => redactValue(item, path));
  }
  return redactEntries(Object.entries(value), path);
}

function redactEntries(entries: Iterable<[unknown, unknown]>, path: readonly unknown[]): unknown {
  const safe: [string, unknown][] = [];
  for (const [key, value] of entries) {
    if (safe.length >= MAX_ITEMS) break;
    const name = String(key);
    safe.push([name, isSecretKey(name) ? REDACTED : redactValue(value, path)]);
  }
  return Object.fromEntries(safe);
}

function jsonText(value: unknown): string {
  const safe = redact(value);
  return safe === undefined ? "unknown error" : JSON.stringify(safe);
}

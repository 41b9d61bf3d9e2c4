/** Go's package net/url, on byte strings. */
import { toLower } from "./letter_case.ts";
import { parseIp } from "./go_ip.ts";
import { quote } from "./quote.ts";

/** The parts of a URL whose characters are escaped by rules of their own. */
type Part = "path" | "host" | "zone" | "user" | "fragment";

const unreserved = "A-Za-z0-9\\-_.~";
const hostSet = `${unreserved}!$&'()*+,;=:\\[\\]<>"`;
const kept: Readonly<Record<Part, RegExp>> = {
  path: new RegExp(`[${unreserved}$&+,/:;=@]`),
  host: new RegExp(`[${hostSet}]`),
  zone: new RegExp(`[${hostSet}]`),
  user: new RegExp(`[${unreserved}$&+,;=]`),
  fragment: new RegExp(`[${unreserved}$&+,/:;=?@!()*]`),
};

/** What package url's `URL` holds; path, fragment and user are unescaped. */
export interface GoUrl {
  scheme: string;
  opaque: string;
  user?: { name: string; password?: string };
  host: string;
  path: string;
  /** The path as it was written, where escaping `path` would give another text. */
  rawPath?: string;
  /** Whether the text had a scheme and a path but no `//`. */
  omitsHost?: boolean;
  /** Whether a `?` stands without a query. */
  forcesQuery?: boolean;
  query: string;
  fragment: string;
  rawFragment?: string;
}

export type UrlResult = { kind: "url"; url: GoUrl } | { kind: "error"; message: string };

/** Why a text is no URL. */
class UrlError extends Error {}

function escapePart(bytes: string, part: Part): string {
  let out = "";
  for (const byte of bytes) {
    const code = byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");
    out += kept[part].test(byte) ? byte : `%${code}`;
  }
  return out;
}

function checkEscape(text: string, at: number, part: Part): void {
  const escape = text.slice(at, at + 3);
  const failed = () => new UrlError(`invalid URL escape ${quote(escape)}`);
  if (!/^%[0-9a-fA-F]{2}$/.test(escape)) throw failed();
  const value = parseInt(escape.slice(1), 16);
  if (escape === "%25") return;
  if (part === "host" && value < 0x80) throw failed();
  if (part === "zone" && value !== 0x20 && !kept.host.test(String.fromCharCode(value))) throw failed();
}

function unescapePart(text: string, part: Part): string {
  const isHost = part === "host" || part === "zone";
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "%") {
      checkEscape(text, at, part);
      at += 2;
    } else if (isHost && char < "\x80" && !kept[part].test(char)) {
      throw new UrlError(`invalid character ${quote(char)} in host name`);
    }
  }
  return text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

function checkPort(text: string): void {
  if (!/^(?::\d*)?$/.test(text)) throw new UrlError(`invalid port ${quote(text)} after host`);
}

function parseBracketed(host: string): string {
  const close = host.lastIndexOf("]");
  if (close < 0) throw new UrlError("missing ']' in host");
  const port = host.slice(close + 1);
  checkPort(port);
  const inner = host.slice(1, close);
  const zoneAt = inner.indexOf("%25");
  const name = zoneAt < 0
    ? unescapePart(inner, "host")
    : unescapePart(inner.slice(0, zoneAt), "host") + unescapePart(inner.slice(zoneAt), "zone");
  const [address = "", ...zone] = name.split("%");
  const isAddress = parseIp(address) !== undefined && (zone.length === 0 || zone.join("%") !== "");
  if (!isAddress) throw new UrlError(`invalid host: ParseAddr(${quote(name)}): unable to parse IP`);
  if (!address.includes(":")) throw new UrlError("invalid IP-literal");
  return `[${name}]${unescapePart(port, "host")}`;
}

function parseHost(host: string, scheme: string): string {
  const bracket = host.lastIndexOf("[");
  if (bracket > 0) throw new UrlError("invalid IP-literal");
  if (bracket === 0) return parseBracketed(host);
  const isStrict = scheme === "http" || scheme === "https";
  const colon = isStrict ? host.indexOf(":") : host.lastIndexOf(":");
  if (colon >= 0) checkPort(host.slice(colon));
  return unescapePart(host, "host");
}

function parseUser(text: string): NonNullable<GoUrl["user"]> {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) throw new UrlError("net/url: invalid userinfo");
  const colon = text.indexOf(":");
  if (colon < 0) return { name: unescapePart(text, "user") };
  return {
    name: unescapePart(text.slice(0, colon), "user"),
    password: unescapePart(text.slice(colon + 1), "user"),
  };
}

/** The text before and after the first `mark`. */
function cut(text: string, mark: string): { before: string; after: string } {
  const at = text.indexOf(mark);
  return at < 0
    ? { before: text, after: "" }
    : { before: text.slice(0, at), after: text.slice(at + mark.length) };
}

function schemeOf(text: string): { scheme: string; rest: string } {
  if (text.startsWith(":")) throw new UrlError("missing protocol scheme");
  const found = /^([A-Za-z][A-Za-z0-9+\-.]*):([^]*)$/.exec(text);
  return { scheme: toLower(found?.[1] ?? ""), rest: found?.[2] ?? text };
}

/** Whether the bytes hold a control character, which no URL may. */
function hasControl(text: string): boolean {
  return [...text].some((byte) => byte < " " || byte === "\x7f");
}

function parseBeforeFragment(text: string): GoUrl {
  if (hasControl(text)) throw new UrlError("net/url: invalid control character in URL");
  const empty = { scheme: "", opaque: "", host: "", path: "", query: "", fragment: "" };
  if (text === "*") return { ...empty, path: "*" };
  const { scheme, rest: afterScheme } = schemeOf(text);
  const forcesQuery = /^[^?]*\?$/.test(afterScheme);
  const { before, after: query } = cut(afterScheme, "?");
  const base = { ...empty, scheme, query, ...(forcesQuery ? { forcesQuery } : {}) };
  if (!before.startsWith("/")) {
    if (scheme !== "") return { ...base, opaque: before };
    if (cut(before, "/").before.includes(":")) {
      throw new UrlError("first path segment in URL cannot contain colon");
    }
  }
  const hasAuthority = before.startsWith("//") && (scheme !== "" || !before.startsWith("///"));
  if (!hasAuthority) {
    const omitsHost = scheme !== "" && before.startsWith("/");
    return { ...base, ...(omitsHost ? { omitsHost } : {}), ...pathOf(before) };
  }
  const authority = cut(before.slice(2), "/").before;
  const at = authority.lastIndexOf("@");
  const host = parseHost(authority.slice(at + 1), scheme);
  const user = at < 0 ? {} : { user: parseUser(authority.slice(0, at)) };
  return { ...base, ...user, host, ...pathOf(before.slice(2 + authority.length)) };
}

function pathOf(text: string): { path: string; rawPath?: string } {
  const path = unescapePart(text, "path");
  return escapePart(path, "path") === text ? { path } : { path, rawPath: text };
}

function fragmentOf(text: string): { fragment: string; rawFragment?: string } {
  const fragment = unescapePart(text, "fragment");
  return escapePart(fragment, "fragment") === text ? { fragment } : { fragment, rawFragment: text };
}

/** url.Parse. */
export function parseUrl(text: string): UrlResult {
  const { before, after } = cut(text, "#");
  let failing = before;
  try {
    const url = parseBeforeFragment(before);
    failing = text;
    return { kind: "url", url: after === "" ? url : { ...url, ...fragmentOf(after) } };
  } catch (error) {
    if (!(error instanceof UrlError)) throw error;
    return { kind: "error", message: `parse ${quote(failing)}: ${error.message}` };
  }
}

/** The host without port and brackets. */
export function hostnameOf(url: GoUrl): string {
  const name = url.host.replace(/:\d*$/, "");
  return name.startsWith("[") && name.endsWith("]") ? name.slice(1, -1) : name;
}

export function userText(user: NonNullable<GoUrl["user"]>): string {
  const name = escapePart(user.name, "user");
  return user.password === undefined ? name : `${name}:${escapePart(user.password, "user")}`;
}

/** Whether a text that was written stays as it is, or is escaped anew. */
function isValidRaw(raw: string, part: Part): boolean {
  return [...raw].every((char) => /[!$&'()*+,;=:@[\]%]/.test(char) || kept[part].test(char));
}

function pathText(url: GoUrl): string {
  if (url.rawPath !== undefined && isValidRaw(url.rawPath, "path")) return url.rawPath;
  return url.path === "*" ? "*" : escapePart(url.path, "path");
}

function fragmentText(url: GoUrl): string {
  if (url.rawFragment !== undefined && isValidRaw(url.rawFragment, "fragment")) return url.rawFragment;
  return escapePart(url.fragment, "fragment");
}

function authorityText(url: GoUrl): string {
  const hasUser = url.user !== undefined;
  if (url.scheme === "" && url.host === "" && !hasUser) return "";
  if (url.omitsHost === true && url.host === "" && !hasUser) return "";
  const slashes = url.host !== "" || url.path !== "" || hasUser ? "//" : "";
  const user = url.user === undefined ? "" : `${userText(url.user)}@`;
  return slashes + user + escapePart(url.host, "host");
}

function hierarchyText(url: GoUrl): string {
  const authority = authorityText(url);
  const path = pathText(url);
  if (path !== "" && !path.startsWith("/") && url.host !== "") return `${authority}/${path}`;
  const isBare = url.scheme === "" && authority === "";
  return authority + (isBare && cut(path, "/").before.includes(":") ? `./${path}` : path);
}

/** url.URL.String. */
export function urlText(url: GoUrl): string {
  const scheme = url.scheme === "" ? "" : `${url.scheme}:`;
  const body = url.opaque === "" ? hierarchyText(url) : url.opaque;
  const query = url.forcesQuery === true || url.query !== "" ? `?${url.query}` : "";
  const fragment = url.fragment === "" ? "" : `#${fragmentText(url)}`;
  return scheme + body + query + fragment;
}

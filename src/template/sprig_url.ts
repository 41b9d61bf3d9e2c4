import { CallError, define, type FunctionTable } from "./function.ts";
import { hostnameOf, parseUrl, urlText, userText } from "./go_url.ts";
import { kindOfType } from "./sprig_convert.ts";
import { GoMap, types } from "./value.ts";

function urlParts(text: string): GoMap {
  const parsed = parseUrl(text);
  if (parsed.kind === "error") throw new CallError(`unable to parse url: ${parsed.message}`);
  const { url } = parsed;
  return new GoMap(
    new Map([
      ["scheme", url.scheme],
      ["host", url.host],
      ["hostname", hostnameOf(url)],
      ["path", url.path],
      ["query", url.query],
      ["opaque", url.opaque],
      ["fragment", url.fragment],
      ["userinfo", url.user === undefined ? "" : userText(url.user)],
    ]),
  );
}

function member(map: GoMap, key: string): string {
  const value = map.entries.get(key);
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  const kind = kindOfType(value);
  throw new CallError(`unable to parse ${key} key, must be of type string, but ${kind} found`);
}

function joinUrl(map: GoMap): string {
  const url = {
    scheme: member(map, "scheme"),
    host: member(map, "host"),
    path: member(map, "path"),
    query: member(map, "query"),
    opaque: member(map, "opaque"),
    fragment: member(map, "fragment"),
  };
  const userinfo = member(map, "userinfo");
  if (userinfo === "") return urlText(url);
  const parsed = parseUrl(`proto://${userinfo}@host`);
  if (parsed.kind === "error") throw new CallError(`unable to parse userinfo in dict: ${parsed.message}`);
  return urlText(parsed.url.user === undefined ? url : { ...url, user: parsed.url.user });
}

export const urlFunctions: FunctionTable = {
  urlParse: define({ params: [types.string], call: ([text]) => urlParts(text) }),
  urlJoin: define({ params: [types.anyMap], call: ([map]) => joinUrl(map) }),
};

import { isIPv4 } from "node:net";

/** What an address is of, as far as that decides whether a database may be there. */
export type AddressKind = "link-local" | "loopback" | "other";

/**
 * The address that a host is, in its one canonical form, whatever it is spelled in: decimal, octal or hexadecimal, with
 * fewer parts, within an IPv6 address (::ffff:0:0/96, ::/96, 64:ff9b::/96), with a zone. Undefined for a name.
 */
export function addressOf(host: string): string | undefined {
  const bare = host.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  const hostname = hostnameOf(bare.includes(":") ? `[${bare}]` : bare);
  if (hostname === undefined) return undefined;
  if (!hostname.startsWith("[")) return isIPv4(hostname) ? hostname : undefined;
  const groups = groupsOf(hostname.slice(1, -1));
  return embedded(groups) ?? groups.map((group) => group.toString(16)).join(":");
}

/** Undefined for a name. */
export function addressKind(host: string): AddressKind | undefined {
  const address = addressOf(host);
  if (address === undefined) return undefined;
  if (isIPv4(address)) {
    if (address.startsWith("169.254.")) return "link-local";
    return /^(?:127|0)\./.test(address) ? "loopback" : "other";
  }
  const groups = address.split(":").map((group) => parseInt(group, 16));
  const [first = 0] = groups;
  if ((first & 0xffc0) === 0xfe80) return "link-local";
  return groups.slice(0, 7).every((group) => group === 0) && (groups[7] ?? 0) <= 1 ? "loopback" : "other";
}

/** The host of a URL as the URL Standard normalises it; undefined where it can stand in none. */
function hostnameOf(host: string): string | undefined {
  const url = URL.parse(`http://${host}/`);
  return url === null || url.hostname === "" ? undefined : url.hostname;
}

/** The eight numbers of an IPv6 address in the URL Standard's form. */
function groupsOf(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const parse = (part: string) => part === "" ? [] : part.split(":").map((group) => parseInt(group, 16));
  const [before, after] = [parse(head), parse(tail ?? "")];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after];
}

/** The IPv4 address that an IPv6 address stands for. */
function embedded(groups: readonly number[]): string | undefined {
  const [high = 0, low = 0] = groups.slice(6);
  const prefix = groups.slice(0, 6).map((group) => group.toString(16)).join(":");
  const compatible = prefix === "0:0:0:0:0:0" && high !== 0;
  if (!compatible && prefix !== "0:0:0:0:0:ffff" && prefix !== "64:ff9b:0:0:0:0") return undefined;
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

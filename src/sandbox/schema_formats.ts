import { isIP, isIPv4, isIPv6 } from "node:net";

const checks: Readonly<Record<string, (text: string) => boolean>> = {
  "date-time": (text) =>
    /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/.test(text) &&
    !Number.isNaN(Date.parse(text)),
  "date": (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)),
  "duration": (text) => /^-?(\d+(\.\d+)?(ns|us|ms|s|m|h|d|w)\s*)+$/.test(text) || text === "0",
  "uuid": (text) => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text),
  "email": (text) => /^[^@\s]+@[^@\s]+$/.test(text),
  "hostname": (text) => text.length <= 253 && /^([A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?\.?)+$/.test(text),
  "ipv4": (text) => isIPv4(text),
  "ipv6": (text) => isIPv6(text),
  "cidr": (text) => {
    const [address = "", bits = ""] = text.split("/");
    return isIP(address) !== 0 && /^\d+$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128);
  },
  "uri": (text) => URL.canParse(text) || text.startsWith("/"),
  "byte": (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
  "mac": (text) => /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text),
};

/** True where the text breaks a `format` that Kubernetes checks; unknown formats are never broken. */
export function formatProblem(format: string, text: string): boolean {
  const check = checks[format];
  return check !== undefined && !check(text);
}

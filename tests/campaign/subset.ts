import { isRecord } from "./mutate.ts";

/** Where what was asked for is not what is there, or undefined. What the API server adds is no difference. */
export function subsetGap(wanted: unknown, found: unknown, path = ""): string | undefined {
  if (isEmpty(wanted)) return undefined;
  if (isRecord(wanted)) {
    if (!isRecord(found)) return told(path, wanted, found);
    for (const [name, inner] of Object.entries(wanted)) {
      if (isOwnPort(name, inner) && found[name] === found["port"]) continue;
      const gap = subsetGap(inner, found[name], `${path}.${name}`);
      if (gap !== undefined) return gap;
    }
    return undefined;
  }
  if (Array.isArray(wanted)) return listGap(wanted, found, path);
  return Object.is(wanted, found) || sameQuantity(wanted, found) ? undefined : told(path, wanted, found);
}

function listGap(wanted: readonly unknown[], found: unknown, path: string): string | undefined {
  if (!Array.isArray(found)) return told(path, wanted, found);
  for (const [index, inner] of wanted.entries()) {
    if (!found.some((each) => subsetGap(inner, each, "") === undefined)) {
      return told(`${path}[${index}]`, inner, found[index]);
    }
  }
  return undefined;
}

/** The API server drops what is empty. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.values(value).every(isEmpty);
}

/** A Service's target port of 0 is its port. */
function isOwnPort(name: string, wanted: unknown): boolean {
  return name === "targetPort" && wanted === 0;
}

/** `1` and `"1"` are one quantity. */
function sameQuantity(wanted: unknown, found: unknown): boolean {
  return typeof wanted === "number" && typeof found === "string" && String(wanted) === found;
}

function told(path: string, wanted: unknown, found: unknown): string {
  return `${path} is ${short(found)}, not ${short(wanted)}`;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "absent";
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}

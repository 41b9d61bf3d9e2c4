import type { ObjectPath } from "../api/givens.ts";

/** `like` is an object of the same shape: it tells the names of list elements, which may stand elsewhere here. */
export function valueAt(value: unknown, path: ObjectPath, like: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const alike = typeof step === "number"
    ? (Array.isArray(like) ? like[step] : undefined)
    : isMap(like)
    ? like[step]
    : undefined;
  if (typeof step === "string") {
    return isMap(value) && Object.hasOwn(value, step) ? valueAt(value[step], rest, alike) : undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const name = isMap(alike) ? alike["name"] : undefined;
  const element = name === undefined
    ? value[step]
    : value.find((other) => isMap(other) && other["name"] === name);
  return valueAt(element, rest, alike);
}

/** A copy of `at` with another value at the path; a list gets no element that it lacks. */
export function withValue(at: unknown, path: ObjectPath, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === "number") {
    const list: readonly unknown[] = Array.isArray(at) ? at : [];
    return list.map((item, n) => n === step ? withValue(item, rest, value) : item);
  }
  const map = isMap(at) ? at : {};
  return { ...map, [step]: withValue(map[step], rest, value) };
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether there is a value that could be kept. */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

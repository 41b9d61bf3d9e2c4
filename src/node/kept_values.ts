import { Buffer } from "node:buffer";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { FleetingSource, KeptValue } from "../api/givens.ts";
import type { DesiredObject } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { objectHash } from "./desired_object.ts";
import { textHash } from "./object_hash.ts";
import { isMap, isPresent, valueAt, withValue } from "./object_path.ts";

/** An object with kept values in place of those that its templates gave, where these are still the same. */
export function withKept(desired: DesiredObject, kept: readonly KeptValue[]): DesiredObject {
  let object: unknown = desired.object;
  for (const { path, of } of desired.givens?.fleeting ?? []) {
    const found = kept.find((value) => value.of === of && isDeepStrictEqual(value.path, path));
    if (found !== undefined) object = withValue(object, path, found.value);
  }
  if (object === desired.object) return desired;
  return { ...desired, object: object as KubeObject, hash: objectHash(object as KubeObject, desired) };
}

/** Of what is kept all that still counts: a time is over once its body was rendered anew, a random value may come back. */
export function stillKept({ givens }: DesiredObject, kept: readonly KeptValue[]): KeptValue[] {
  const times = (givens?.fleeting ?? []).filter(({ source }) => source === "clock");
  return kept.filter(({ path, of }) =>
    !times.some((time) => isDeepStrictEqual(time.path, path) && time.of !== of)
  );
}

/** What the live object has in these fleeting fields, where it is another value of the same shape. */
export function liveValues(
  { object, givens }: DesiredObject,
  live: KubeObject,
  sources: readonly FleetingSource[],
): KeptValue[] {
  return (givens?.fleeting ?? []).flatMap(({ path, of, source }) => {
    if (!sources.includes(source)) return [];
    const rendered = valueAt(object, path, object);
    const value = sameShape(rendered, valueAt(live, path, object));
    return value === undefined || isDeepStrictEqual(value, rendered) ? [] : [{ path, of, value }];
  });
}

/** A live value of the rendered one's type; a live list with as many elements. */
function sameShape(rendered: unknown, live: unknown): unknown {
  if (Array.isArray(rendered)) {
    return Array.isArray(live) && live.length === rendered.length ? live : undefined;
  }
  return isPresent(live) && !isMap(live) && typeof live === typeof rendered ? live : undefined;
}

/** These values, and of the others those of other fields. */
export function mergeKept(before: readonly KeptValue[], values: readonly KeptValue[]): KeptValue[] {
  const others = before.filter(({ path }) => !values.some((value) => isDeepStrictEqual(value.path, path)));
  return [...others, ...values];
}

const stored = z.object({
  id: z.string(),
  values: z.array(z.object({
    path: z.array(z.union([z.string(), z.int()])),
    of: z.string(),
    value: z.unknown(),
  })),
});

const KEPT = "kept.";

/** The key of a Secret's data that holds the kept values of a resource: not any text can be one. */
export function keptKey(id: string): string {
  return `${KEPT}${/^[-._a-zA-Z0-9]{1,200}$/.test(id) ? id : textHash(id)}`;
}

/** The kept values of a resource as a Secret's data has them. */
export function keptData(id: string, values: readonly KeptValue[]): string {
  return Buffer.from(JSON.stringify({ id, values }), "utf8").toString("base64");
}

export type ReadKept =
  /** By resource id. */
  | { readonly kind: "read"; readonly values: ReadonlyMap<string, readonly KeptValue[]> }
  | { readonly kind: "unreadable"; readonly key: string };

/** What `keptData` wrote of all resources. */
export function readKept(data: Readonly<Record<string, string>>): ReadKept {
  const values = new Map<string, readonly KeptValue[]>();
  for (const [key, text] of Object.entries(data)) {
    if (!key.startsWith(KEPT)) continue;
    const parsed = stored.safeParse(jsonOf(Buffer.from(text, "base64").toString("utf8")));
    if (!parsed.success) return { kind: "unreadable", key };
    values.set(parsed.data.id, parsed.data.values);
  }
  return { kind: "read", values };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import type { ObjectKey } from "../api/resource_key.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { Settled } from "./settle.ts";

/** An object that a node renders, before it is known whether it may be had. */
export interface Wanted {
  readonly id: string;
  readonly type: ResourceType;
  readonly key: ObjectKey;
}

/** What becomes of a resource outside the namespaces that the operator keeps to; undefined where it is within. */
export function outsideNamespaces(
  keptTo: readonly string[] | undefined,
  { id, type, key }: Wanted,
): Settled | undefined {
  if (keptTo === undefined) return undefined;
  const only = `the operator was started with --namespaces=${keptTo.join(",")}`;
  if (!type.namespaced) {
    const message = `${key.kind} ${key.name} of ${id} belongs to no namespace, and ${only}: ` +
      "leave it to an operator without that flag, or out of the form";
    return { state: "Failed", reason: OUTSIDE, message };
  }
  if (keptTo.includes(key.namespace)) return undefined;
  const message = `${key.kind} ${key.name} of ${id} is to be in namespace ${key.namespace}, and ${only}: ` +
    "add the namespace to the flag, with rights in it, or set another targetNamespace";
  return { state: "Failed", reason: OUTSIDE, message };
}

const OUTSIDE = "OutsideNamespaces";

import type { ObjectKey } from "../api/resource_key.ts";
import type { ObjectRef } from "../kube/client.ts";
import type { ResourceType } from "../kube/resource_type.ts";

/** Where an object is in the API. */
export function refOf(type: ResourceType, key: ObjectKey): ObjectRef {
  return { type, name: key.name, namespace: key.namespace === "" ? undefined : key.namespace };
}

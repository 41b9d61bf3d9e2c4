import type { KubeObject } from "../kube/object.ts";
import type { KindFields, StatusObject } from "./field_management.ts";

export function invalidObject(_kind: KindFields, _object: KubeObject): StatusObject | undefined {
  return undefined;
}

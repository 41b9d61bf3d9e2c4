import type { LogFields } from "./log.ts";

export interface Reconciled {
  readonly controller: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** One UUID a reconcile: what ties its lines together. */
  readonly reconcileID: string;
}

/** The fields of every line of a reconcile, as controller-runtime names them. */
export function reconcileFields(of: Reconciled): LogFields {
  return {
    controller: of.controller,
    controllerGroup: of.group,
    controllerKind: of.kind,
    [of.kind]: { name: of.name, namespace: of.namespace },
    namespace: of.namespace,
    name: of.name,
    reconcileID: of.reconcileID,
  };
}

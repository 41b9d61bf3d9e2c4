import {
  type OpenedValues,
  openValues,
  SENSITIVE_LOST,
  SENSITIVE_UNAVAILABLE,
  sensitiveName,
} from "../api/sensitive.ts";
import type { StoredNode } from "../api/stored.ts";
import type { ObjectRef } from "../kube/client.ts";
import { KubeError } from "../kube/error.ts";
import { SECRET } from "./seed.ts";
import type { Settled } from "./settle.ts";
import type { NodeWorld } from "./world.ts";

/** A node's sensitive values, or why there are none to render with. */
export type SensitiveAnswer =
  | { readonly kind: "opened"; readonly opened: OpenedValues }
  | { readonly kind: "unavailable"; readonly settled: Settled };

/**
 * Reads the values that the node's spec speaks of from its Secret; others than those are none. They are held no longer
 * than a pass takes. Throws where the API server gave no answer.
 */
export async function loadSensitive(
  world: Pick<NodeWorld, "client">,
  node: StoredNode,
  signal: AbortSignal,
): Promise<SensitiveAnswer> {
  const { sensitive } = node.spec;
  if (sensitive === undefined) return { kind: "opened", opened: { key: "", values: {} } };
  const ref: ObjectRef = { type: SECRET, namespace: node.namespace, name: sensitiveName(node.name) };
  try {
    const stored = await world.client.get(ref, { signal });
    const opened = openValues(sensitive, (stored["data"] ?? {}) as Readonly<Record<string, unknown>>);
    return opened === undefined
      ? lost(ref, "holds other values than the node speaks of")
      : { kind: "opened", opened };
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    if (error.status === 404) return lost(ref, "does not exist");
    if (error.status !== 403) throw error;
    const message =
      `the sensitive values of its row, Secret ${ref.namespace}/${ref.name}, may not be read: ` +
      "let the operator get Secrets there";
    return unavailable(SENSITIVE_UNAVAILABLE, message);
  }
}

function lost({ namespace, name }: ObjectRef, why: string): SensitiveAnswer {
  const message = `the Secret of the sensitive values of its row, ${namespace}/${name}, ${why}; ` +
    "its hub writes it again with the next read of the rows";
  return unavailable(SENSITIVE_LOST, message);
}

function unavailable(reason: string, message: string): SensitiveAnswer {
  return { kind: "unavailable", settled: { state: "Failed", reason, message } };
}

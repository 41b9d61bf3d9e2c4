import type { KubeClient, ObjectRef } from "./client.ts";
import { isNotFound, KubeError } from "./error.ts";

/** An object as a watch told it. */
export interface Told {
  readonly ref: ObjectRef;
  readonly uid: string;
  readonly generation: number;
}

/**
 * Asks the API server whether an object still has the spec that a watch told, before something is deleted because of it:
 * the watch of another kind may be ahead, after a start against a server that lags above all. Throws a conflict where it
 * has another spec, or is another object or none; what the request throws otherwise.
 */
export async function confirmCurrent(
  client: Pick<KubeClient, "get">,
  { ref, uid, generation }: Told,
  signal: AbortSignal,
): Promise<void> {
  const live = await client.get(ref, { metadataOnly: true, signal }).catch((error) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (live?.metadata.uid === uid && live.metadata.generation === generation) return;
  throw new KubeError(`${ref.type.kind} ${ref.namespace}/${ref.name} is not what the last look at it told`, {
    status: 409,
    reason: "Conflict",
  });
}

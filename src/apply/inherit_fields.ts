import type { DesiredObject, Outcome } from "../api/stages.ts";
import type { KubeClient } from "../kube/client.ts";
import { isConflict } from "../kube/error.ts";
import { inheritPatch } from "./inherit.ts";
import { refOf } from "./object_ref.ts";

/** Others write status while we read: so often it is read again before the pass gives up. */
const ATTEMPTS = 5;

/** Makes the fields of the Go implementation ours on the stored object, where it has any. Throws what the API server answers. */
export async function inheritFields(
  client: KubeClient,
  { type, key, object, manager }: DesiredObject,
  signal: AbortSignal,
): Promise<Outcome> {
  const ref = refOf(type, key);
  for (let attempt = 1;; attempt++) {
    const live = await client.get(ref, { metadataOnly: true, signal });
    const body = inheritPatch({ live, desired: object, manager });
    if (body === undefined) return { kind: "applied", object: live, created: false };
    try {
      const answer = await client.patch(ref, { type: "json", body }, { fieldManager: manager }, signal);
      return { kind: "applied", object: answer, created: false };
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

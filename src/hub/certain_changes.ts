import { namespacedName } from "../api/resource_key.ts";
import { type StoredForm, type StoredHub, toStoredForm } from "../api/stored.ts";
import { confirmCurrent } from "../kube/confirm.ts";
import { isNotFound } from "../kube/error.ts";
import type { NodeChange } from "./plan.ts";
import type { HubWorld } from "./world.ts";

type Asking = Pick<HubWorld, "client" | "hubs" | "forms" | "confirmedForms">;

/**
 * Asks the API server for the hub and for forms that are gone or have another revision, before nodes are deleted or
 * brought to a revision because of what watches told of them: the watch of nodes may be ahead. Throws a conflict where
 * the hub has changed; gives the changes without the deletions of nodes whose form is there all the same, and without
 * moves to a revision that is another one by now.
 */
export async function certainChanges(
  world: Asking,
  { hub, changes }: { hub: StoredHub; changes: readonly NodeChange[] },
  signal: AbortSignal,
): Promise<readonly NodeChange[]> {
  const moved = await certainMoves(world, { hub, changes }, signal);
  const asked = moved.filter((change) => change.kind === "delete" && change.cause !== "HubDeleted");
  if (asked.length === 0) return moved;
  const { namespace, name, uid, generation } = hub;
  await confirmCurrent(
    world.client,
    { ref: { type: world.hubs.type, namespace, name }, uid, generation },
    signal,
  );
  const forms = new Set(
    changes.flatMap((change) => isFormGone(change) ? [change.node.spec.templateRef] : []),
  );
  const there = new Set<string>();
  for (const form of forms) if (await isThere(world, { hub, form }, signal)) there.add(form);
  return moved.filter((change) => !isFormGone(change) || !there.has(change.node.spec.templateRef));
}

/** The changes without those that bring a node to a revision of which its form has another by now. */
async function certainMoves(
  world: Asking,
  { hub, changes }: { hub: StoredHub; changes: readonly NodeChange[] },
  signal: AbortSignal,
): Promise<readonly NodeChange[]> {
  const moving = new Set(changes.flatMap((change) => isMove(change) ? [change.wanted.form] : []));
  const certain = new Map<string, string | undefined>();
  for (const form of world.forms.ofHub(hub.namespace, hub.name).filter(({ name }) => moving.has(name))) {
    if (await isConfirmed(world, form, signal)) certain.set(form.name, form.status.currentRevision);
  }
  // What was planned may be older than what is known of the form by now.
  return changes.filter((change) =>
    !isMove(change) || certain.get(change.wanted.form) === change.wanted.revision
  );
}

/** The watch of forms never goes back behind a state that was confirmed, so that each is asked for once. */
async function isConfirmed(world: Asking, form: StoredForm, signal: AbortSignal): Promise<boolean> {
  const key = namespacedName(form);
  const told = stateOf(form);
  if (world.confirmedForms.get(key) === told) return true;
  const ref = { type: world.forms.type, namespace: form.namespace, name: form.name };
  const live = toStoredForm(await world.client.get(ref, { signal }));
  // What was told by an older look at the form is of an older generation, and about to be told anew.
  if (live.status.observedGeneration !== live.generation) return false;
  world.confirmedForms.set(key, stateOf(live));
  return stateOf(live) === told;
}

function stateOf({ uid, generation, status }: StoredForm): string {
  return `${uid} ${generation} ${status.currentRevision ?? ""}`;
}

function isMove(change: NodeChange): change is Extract<NodeChange, { kind: "update" }> {
  return change.kind === "update" && change.wanted.revision !== change.node.spec.revision;
}

function isFormGone(change: NodeChange): change is Extract<NodeChange, { kind: "delete" }> {
  return change.kind === "delete" && change.cause === "FormGone";
}

async function isThere(
  world: Asking,
  { hub, form }: { hub: StoredHub; form: string },
  signal: AbortSignal,
): Promise<boolean> {
  const ref = { type: world.forms.type, namespace: hub.namespace, name: form };
  try {
    const live = toStoredForm(await world.client.get(ref, { signal }));
    return !live.deleting && `${live.namespace}/${live.spec.hubId}` === namespacedName(hub);
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

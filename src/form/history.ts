import { namespacedName } from "../api/resource_key.ts";
import { type StoredForm, toStoredNode } from "../api/stored.ts";
import { confirmCurrent } from "../kube/confirm.ts";
import { isConflict, isNotFound, KubeError } from "../kube/error.ts";
import { formRevision } from "./revision.ts";
import type { FormWorld, StoredRevision } from "./world.ts";

/**
 * Keeps the present generation as a ControllerRevision and gives its name. What comes back to earlier content gets a new
 * number, so that numbers grow with time (StatefulSet's rule); not while `pinned`, since the pin may be a number. Throws
 * a conflict where the form has another spec by now: an older one must not come back as the newest revision.
 */
export async function keepRevision(
  world: FormWorld,
  { form, pinned }: { form: StoredForm; pinned: boolean },
  signal: AbortSignal,
): Promise<string> {
  const kept = world.revisions.ofForm(form.namespace, form.name);
  const latest = Math.max(0, ...kept.map(({ revision }) => revision));
  const wanted = formRevision(form, latest + 1);
  const name = wanted.metadata.name ?? "";
  const same = kept.find((revision) => revision.name === name);
  if (same !== undefined) {
    if (same.revision < latest && !pinned) {
      await confirmForm(world, form, signal);
      const ref = { type: world.revisions.type, namespace: form.namespace, name };
      const body = { revision: latest + 1 };
      world.revisions.observe(
        await world.client.patch(ref, { type: "merge", body }, { fieldManager: "lynq" }, signal),
      );
    }
    return name;
  }
  await confirmForm(world, form, signal);
  try {
    const created = await world.client.create(world.revisions.type, wanted, { fieldManager: "lynq" }, signal);
    world.revisions.observe(created);
    world.log.info("Kept a revision", { form: namespacedName(form), revision: name });
  } catch (error) {
    // The name is a hash of the content: what exists is what is wanted.
    if (!isConflict(error)) throw error;
  }
  return name;
}

async function confirmForm(
  world: Pick<FormWorld, "client" | "forms">,
  form: StoredForm,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name, uid, generation } = form;
  const ref = { type: world.forms.type, namespace, name };
  await confirmCurrent(world.client, { ref, uid, generation }, signal);
}

type Kept = Pick<FormWorld, "client" | "forms" | "nodes" | "revisions">;

export interface History {
  readonly namespace: string;
  readonly name: string;
  /** Revisions that stay whether or not a node follows them. */
  readonly needed: readonly (string | undefined)[];
  /** How many stay beyond those that nodes follow. */
  readonly keep: number;
}

/**
 * Deletes what is beyond the history: of a form that is gone, all that no node follows. Throws a conflict where the form
 * has another spec by now, or is there after all.
 */
export async function pruneRevisions(
  world: Kept,
  history: History & { readonly form?: StoredForm },
  signal: AbortSignal,
): Promise<void> {
  const { form } = history;
  const unused = unusedRevisions(world, history);
  if (unused.length === 0) return;
  const followed = form === undefined ? await followedAfterForm(world, history, signal) : NONE;
  if (form !== undefined) await confirmForm(world, form, signal);
  for (const revision of unused.filter(({ name }) => !followed.has(name))) {
    const ref = { type: world.revisions.type, namespace: revision.namespace, name: revision.name };
    try {
      await world.client.delete(ref, { uid: revision.uid }, signal);
    } catch (error) {
      // Another one has the name by now: the same content, kept anew.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }
}

const NONE: ReadonlySet<string> = new Set();

/** By the caches, the newest first. */
function unusedRevisions(world: Kept, { namespace, name, needed, keep }: History): StoredRevision[] {
  const unneeded = world.revisions.ofForm(namespace, name)
    .filter((revision) => !needed.includes(revision.name));
  if (unneeded.length <= keep) return [];
  const followed = new Set(world.nodes.ofForm(namespace, name).map((node) => node.spec.revision));
  return unneeded.filter((revision) => !followed.has(revision.name))
    .sort((a, b) => b.revision - a.revision).slice(keep);
}

/** The revisions of a form that is gone that nodes follow, as the API server has them: nothing would bring one back. */
async function followedAfterForm(
  world: Kept,
  { namespace, name }: History,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const found = await world.client.get({ type: world.forms.type, namespace, name }, {
    metadataOnly: true,
    signal,
  })
    .catch((error) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
  if (found !== undefined) {
    const message = `LynqForm ${namespace}/${name} is there, though its watch told nothing of it`;
    throw new KubeError(message, { status: 409, reason: "Conflict" });
  }
  const followed = new Set<string>();
  for await (const { items } of world.client.list({ type: world.nodes.type, namespace }, signal)) {
    for (const { spec } of items.map(toStoredNode)) {
      if (spec.templateRef === name && spec.revision !== undefined) followed.add(spec.revision);
    }
  }
  return followed;
}

import { isDeepStrictEqual } from "node:util";
import { hasTurned, mergeConditions } from "../api/conditions.ts";
import { protectsForms } from "../api/hub.ts";
import { API_VERSION, FORM_FINALIZER } from "../api/labels.ts";
import { detachPatch } from "../api/node_owner.ts";
import { isMarked, leavesDependents, markPatch } from "../api/orphaning.ts";
import { remaining } from "../api/remaining.ts";
import { namespacedName } from "../api/resource_key.ts";
import { type StoredForm, toStoredNode } from "../api/stored.ts";
import { AWAIT, requeueAfter, sooner, type Verdict } from "../controller/verdict.ts";
import { confirmCurrent } from "../kube/confirm.ts";
import { isConflict, isNotFound } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import type { FormWorld } from "./world.ts";

/** A node that the cache doesn't have wakes nobody when it is gone. */
const UNSEEN_MS = 1000;

/** Makes a form wait for its nodes when it is deleted. Set before any node can follow it. */
export async function addFormFinalizer(
  world: FormWorld,
  form: StoredForm,
  signal: AbortSignal,
): Promise<void> {
  if (form.finalizers.includes(FORM_FINALIZER)) return;
  const { resourceVersion } = form;
  const body = { metadata: { resourceVersion, finalizers: [...form.finalizers, FORM_FINALIZER] } };
  const patched = await patchForm(world, { form, body }, signal);
  if (patched !== undefined) world.forms.observe(patched);
}

/**
 * Deletes the nodes that a hub made for a form that is being deleted, or takes them off their hub where the deletion
 * leaves them behind; the finalizer goes when the API server says that none is left. A node without a hub belongs to
 * who made it, and goes on with its revision.
 */
export async function finalizeForm(
  world: FormWorld,
  form: StoredForm,
  signal: AbortSignal,
): Promise<Verdict> {
  if (!form.finalizers.includes(FORM_FINALIZER)) return AWAIT;

  // 1. Each node that goes wakes its form: nothing to do while all are on their way.
  const leave = await leavesNodes(world, form, signal);
  const cached = world.nodes.ofForm(form.namespace, form.name).filter((node) => node.hub !== undefined);
  if (!leave && cached.length > 0 && cached.every((node) => node.deleting)) {
    return await publishProgress(world, { form, left: cached.length }, signal);
  }

  // 2. The nodes as the API server has them: no cache is the reason that a finalizer goes.
  const nodes = await nodesOf(world, form, signal);
  if (nodes.length > 0) {
    const hub = leave ? undefined : protector(world, form);
    const { namespace, name, uid, generation } = form;
    await confirmCurrent(
      world.client,
      { ref: { type: world.forms.type, namespace, name }, uid, generation },
      signal,
    );
    const going = hub === undefined ? nodes : nodes.filter((node) => toStoredNode(node).hub !== hub);
    await world.writes.apart().all(going, (node) => letGo(world, { node, leave }, signal));
    const told = leave ? AWAIT : await publishProgress(world, { form, left: nodes.length, hub }, signal);
    const known = new Set(cached.map(({ uid }) => uid));
    const unseen = nodes.some(({ metadata }) => !known.has(metadata.uid ?? ""));
    return leave || unseen ? sooner(told, requeueAfter(UNSEEN_MS)) : told;
  }

  // 3. Nothing is left.
  const finalizers = form.finalizers.filter((finalizer) => finalizer !== FORM_FINALIZER);
  const body = { metadata: { uid: form.uid, resourceVersion: form.resourceVersion, finalizers } };
  await patchForm(world, { form, body }, signal);
  const message = `LynqForm ${form.name} is gone, and no node of a hub follows it.`;
  formEvent(world, form, { reason: "FormDeleted", message });
  return AWAIT;
}

/** The hub whose guard decides about its nodes: it deletes them, at once or when that is approved. */
function protector(world: FormWorld, { namespace, spec }: StoredForm): string | undefined {
  const hub = world.hubs.get(`${namespace}/${spec.hubId}`);
  return hub !== undefined && !hub.deleting && protectsForms(hub.spec) ? hub.name : undefined;
}

interface Patching {
  readonly form: StoredForm;
  readonly body: unknown;
}

async function patchForm(
  world: FormWorld,
  { form, body }: Patching,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const ref = { type: world.forms.type, namespace: form.namespace, name: form.name };
  try {
    return await world.client.patch(ref, { type: "merge", body }, { fieldManager: "lynq" }, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return undefined;
  }
}

/** Whether the deletion leaves the nodes behind; remembered in an annotation before anything is done about it. */
async function leavesNodes(world: FormWorld, form: StoredForm, signal: AbortSignal): Promise<boolean> {
  if (isMarked(form)) return true;
  if (!leavesDependents(form, world.orphaning)) return false;
  const marked = await patchForm(world, { form, body: markPatch(form) }, signal);
  if (marked !== undefined) world.forms.observe(marked);
  return true;
}

async function nodesOf(world: FormWorld, form: StoredForm, signal: AbortSignal): Promise<KubeObject[]> {
  const nodes: KubeObject[] = [];
  for await (
    const { items } of world.client.list({ type: world.nodes.type, namespace: form.namespace }, signal)
  ) {
    const followers = items.map((item) => ({ item, stored: toStoredNode(item) }))
      .filter(({ stored }) => stored.hub !== undefined && stored.spec.templateRef === form.name);
    nodes.push(...followers.map(({ item: { metadata } }) => ({ metadata })));
  }
  return nodes;
}

interface Letting {
  readonly node: KubeObject;
  readonly leave: boolean;
}

/** Another node has the name by now, or the node changed meanwhile: the next pass sees it. */
async function letGo(world: FormWorld, { node, leave }: Letting, signal: AbortSignal): Promise<void> {
  const { namespace, name = "", uid, deletionTimestamp } = node.metadata;
  const ref = { type: world.nodes.type, namespace, name };
  try {
    if (leave) {
      const patch = { type: "merge" as const, body: detachPatch(node) };
      world.nodes.observe(await world.client.patch(ref, patch, { fieldManager: "lynq" }, signal));
    } else if (deletionTimestamp === undefined) {
      await world.client.delete(ref, { uid, propagationPolicy: "Background" }, signal);
    }
  } catch (error) {
    if (!isConflict(error) && !isNotFound(error)) throw error;
  }
}

interface Progress {
  readonly form: StoredForm;
  readonly left: number;
  /** The hub that holds them until that is approved. */
  readonly hub?: string | undefined;
}

/** Tells how many are left, at most once a second after the first time. Says when to come again to tell it. */
async function publishProgress(
  world: FormWorld,
  { form, left, hub }: Progress,
  signal: AbortSignal,
): Promise<Verdict> {
  const before = form.status.conditions ?? [];
  const time = world.now();
  const now = time.toISOString().replace(/\.\d+Z$/, "Z");
  const held = hub === undefined
    ? ""
    : `; LynqHub ${hub} protects its forms: many wait for approval, as its condition DeletionHeld says`;
  const message = `The form is being deleted, ${remaining(left)} of its LynqNodes are left${held}`;
  const conditions = mergeConditions(before, [
    { type: "Applied", status: "False", reason: "Deleting", message },
  ], { now, generation: form.generation });
  if (isDeepStrictEqual(conditions, before)) return AWAIT;
  const waitMs = hasTurned(before, conditions) ? 0 : world.tells.waitMs(namespacedName(form), time.getTime());
  if (waitMs > 0) return requeueAfter(waitMs);
  world.tells.passed(namespacedName(form), time.getTime());
  const ref = { type: world.forms.type, namespace: form.namespace, name: form.name };
  const patch = { type: "merge" as const, body: { metadata: { uid: form.uid }, status: { conditions } } };
  const options = { fieldManager: "lynq", subresource: "status" as const };
  try {
    world.forms.observe(await world.client.patch(ref, patch, options, signal));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return AWAIT;
}

function formEvent(
  world: FormWorld,
  { namespace, name, uid }: StoredForm,
  of: { reason: string; message: string },
): void {
  world.events.record({
    regarding: { apiVersion: API_VERSION, kind: "LynqForm", namespace, name, uid },
    type: "Normal",
    component: "lynqform-controller",
    ...of,
  });
}

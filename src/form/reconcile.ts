import { nextEnd, pausesOf } from "../api/pause.ts";
import type { FormStatus } from "../api/form.ts";
import { ANNOTATION } from "../api/labels.ts";
import { namespacedName, parseNamespacedName } from "../api/resource_key.ts";
import type { StoredForm, StoredHub, StoredNode } from "../api/stored.ts";
import { AWAIT, requeueAfter, sooner, type Verdict } from "../controller/verdict.ts";
import { checkForm, type FormProblem } from "./check.ts";
import { openUses } from "./check_sensitive.ts";
import { addFormFinalizer, finalizeForm } from "./finalize.ts";
import { formStatus } from "./form_status.ts";
import { keepRevision, pruneRevisions } from "./history.ts";
import { publishForm } from "./publish.ts";
import { guardRevision, type HeldRevision } from "./revision_guard.ts";
import { arraysOf, findPinned, pinOf, revisionName, unknownPin } from "./revision.ts";
import { tryOut } from "./try_out.ts";
import type { FormWorld } from "./world.ts";

/** Checks a form, keeps a valid generation as a revision that nodes can follow, and tells how its nodes do. */
export async function reconcileForm(world: FormWorld, key: string, signal: AbortSignal): Promise<Verdict> {
  // 1. The form as it is stored.
  const form = world.forms.get(key);
  if (form === undefined) {
    world.metrics.forgetRollout(parseNamespacedName(key));
    world.metrics.forgetForm(parseNamespacedName(key));
    world.tells.forget(key);
    await pruneRevisions(world, { ...parseNamespacedName(key), needed: [], keep: 0 }, signal);
    return AWAIT;
  }
  if (form.deleting) return await finalizeForm(world, form, signal);

  // 2. Check it.
  const problems = check(world, form);

  if (problems.length === 0 || form.status.currentRevision !== undefined) {
    await addFormFinalizer(world, form, signal);
  }

  // 3. Keep a valid generation, and find the revision that the nodes are to follow.
  const { namespace, name } = form;
  const nodes = world.nodes.ofForm(namespace, name);
  const wanted = await targetOf(world, { form, problems }, signal);
  const target = await guarded(world, { form, nodes, target: wanted }, signal);

  // 4. Tell.
  const now = world.now();
  const paused = pausesOf({ hub: hubOf(world, form), form }, now);
  const desired = desiredOf(world, form);
  const { status, againMs } = formStatus(form, {
    ...target,
    open: openUses({ spec: form.spec, hub: hubOf(world, form)?.spec ?? "absent" }),
    nodes,
    desired,
    paused,
    now,
  });
  const untoldMs = await publishForm(world, { form, status, problems: target.problems }, signal);
  await tryIt(world, { form, target, nodes, desired, status }, signal);

  // 5. Forget revisions that nobody follows.
  const needed = [status.currentRevision, target.present, target.pinned];
  await pruneRevisions(
    world,
    { namespace, name, form, needed, keep: form.spec.revisionHistoryLimit },
    signal,
  );

  // 6. When the status is to be told, or changes without an event.
  const ends = [againMs, nextEnd(paused, now), untoldMs === 0 ? undefined : untoldMs];
  const times = ends.flatMap((ms) => ms === undefined ? [] : requeueAfter(ms + 1));
  return times.reduce(sooner, AWAIT);
}

function check(world: FormWorld, form: StoredForm): FormProblem[] {
  const { unreadable: message } = form;
  if (message !== undefined) return [{ reason: "ResourceInvalid", message }];
  const { namespace, spec } = form;
  return checkForm({
    namespace,
    spec,
    hub: hubOf(world, form)?.spec ?? "absent",
  });
}

function hubOf(world: FormWorld, { namespace, spec }: StoredForm): StoredHub | undefined {
  return world.hubs.get(`${namespace}/${spec.hubId}`);
}

interface Target {
  readonly target: string | undefined;
  /** The present generation is only tried. */
  readonly tried: boolean;
  /** The revision of the present generation, where it is valid. */
  readonly present: string | undefined;
  readonly pinned: string | undefined;
  /** All problems: those of the form, and a pin that names nothing. */
  readonly problems: readonly FormProblem[];
}

/** A pin wins over the present generation, valid or not; an invalid one changes nothing, and one that is tried neither. */
async function targetOf(
  world: FormWorld,
  { form, problems }: { form: StoredForm; problems: readonly FormProblem[] },
  signal: AbortSignal,
): Promise<Target> {
  const { currentRevision } = form.status;
  const pin = pinOf(form);
  const valid = problems.length === 0;
  const present = valid ? revisionName(form.name, arraysOf(form.spec)) : undefined;
  const kept = world.revisions.ofForm(form.namespace, form.name);
  const pinned = pin === undefined ? undefined : findPinned(pin, kept)?.name;
  const told = pin === undefined || pinned !== undefined ? problems : [...problems, {
    reason: "RevisionNotFound" as const,
    message: unknownPin(pin, kept),
    field: pin.field,
  }];
  const wanted = pin === undefined ? present : pinned;
  const as = { present, pinned, problems: told };
  if (form.spec.mode === "DryRun") {
    const tried = wanted !== undefined && wanted !== currentRevision;
    return { ...as, target: currentRevision, tried };
  }
  if (valid) await keepRevision(world, { form, pinned: pin !== undefined }, signal);
  return { ...as, target: wanted ?? currentRevision, tried: false };
}

/** The revision that the nodes have, where the one to follow would delete what a person has not approved. */
async function guarded(
  world: FormWorld,
  { form, nodes, target }: { form: StoredForm; nodes: readonly StoredNode[]; target: Target },
  signal: AbortSignal,
): Promise<Target & { readonly held?: HeldRevision | undefined }> {
  const { spec: { deletionGuard: guard }, status: { currentRevision, deletions: told }, generation } = form;
  const revision = target.target;
  if (guard?.enabled !== true || revision === undefined || currentRevision === undefined) return target;
  if (revision === currentRevision) return target;
  const alive = nodes.filter((node) => !node.deleting);
  const wanted = () => world.forms.get(namespacedName(form))?.generation === generation;
  const deletions = await world.deletions({ form, pinned: target.pinned, nodes: alive, wanted }, signal);
  // The form changed meanwhile, and its next pass decides.
  if (deletions === undefined) return { ...target, target: currentRevision };
  const annotation = form.annotations[ANNOTATION.approveDeletions];
  const held = guardRevision({ guard, revision, generation, deletions, of: alive.length, annotation, told });
  return held === undefined ? target : { ...target, target: currentRevision, held };
}

interface Trying {
  readonly form: StoredForm;
  readonly target: Target;
  readonly nodes: readonly StoredNode[];
  readonly desired: number | undefined;
  readonly status: FormStatus;
}

/** In mode DryRun each valid generation is tried once, and what it would do told. */
async function tryIt(world: FormWorld, of: Trying, signal: AbortSignal): Promise<void> {
  const { form, target, status, nodes, desired } = of;
  const asked = form.spec.mode === "DryRun" && status.dryRun?.generation !== form.generation;
  if (!asked || target.problems.length > 0) return;
  const dryRun = await tryOut(world, { form, pinned: target.pinned, nodes, desired }, signal);
  if (dryRun === undefined) return;
  const present = world.forms.get(namespacedName(form)) ?? form;
  await publishForm(world, { form: present, status: { ...status, dryRun } }, signal);
}

/** Nodes that rows ask this form for: every form of a hub gets one a row. */
function desiredOf(world: FormWorld, form: StoredForm): number | undefined {
  const { desired, referencingTemplates = 0 } =
    world.hubs.get(`${form.namespace}/${form.spec.hubId}`)?.status ?? {};
  return desired === undefined || referencingTemplates === 0
    ? undefined
    : Math.floor(desired / referencingTemplates);
}

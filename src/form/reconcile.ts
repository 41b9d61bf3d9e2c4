import { isDeepStrictEqual } from "node:util";
import { findCondition } from "../api/conditions.ts";
import type { FormStatus } from "../api/form.ts";
import { API_VERSION } from "../api/labels.ts";
import { parseNamespacedName } from "../api/resource_key.ts";
import type { StoredForm } from "../api/stored.ts";
import { AWAIT, type Verdict } from "../controller/verdict.ts";
import { isConflict, isNotFound } from "../kube/error.ts";
import { checkForm, type FormProblem } from "./check.ts";
import { formStatus, validationMessage } from "./form_status.ts";
import { formRevision } from "./revision.ts";
import type { FormWorld } from "./world.ts";

/** Checks a form, keeps a valid generation as a revision that nodes can follow, and tells how its nodes do. */
export async function reconcileForm(world: FormWorld, key: string, signal: AbortSignal): Promise<Verdict> {
  // 1. The form as it is stored.
  const form = world.forms.get(key);
  if (form === undefined) {
    world.metrics.forgetRollout(parseNamespacedName(key));
    await pruneRevisions(world, { ...parseNamespacedName(key), current: undefined, keep: 0 }, signal);
    return AWAIT;
  }
  if (form.deleting) return AWAIT;

  // 2. Check it.
  const hubExists = world.hubs.exists(form.namespace, form.spec.hubId);
  const { unreadable: message } = form;
  const problems: FormProblem[] = message === undefined
    ? checkForm({ namespace: form.namespace, spec: form.spec, hubExists })
    : [{ reason: "ResourceInvalid", message }];

  // 3. Keep a valid generation.
  const revision = problems.length === 0 ? await keepRevision(world, form, signal) : undefined;

  // 4. Tell.
  const nodes = world.nodes.ofForm(form.namespace, form.name);
  const now = world.now().toISOString().replace(/\.\d+Z$/, "Z");
  const status = formStatus(form, { problems, revision, nodes, now });
  report(world, { form, problems, status });
  await publish(world, { form, status }, signal);

  // 5. Forget revisions that nobody follows.
  const { namespace, name } = form;
  await pruneRevisions(
    world,
    { namespace, name, current: status.currentRevision, keep: HISTORY_LIMIT },
    signal,
  );
  return AWAIT;
}

async function keepRevision(world: FormWorld, form: StoredForm, signal: AbortSignal): Promise<string> {
  const wanted = formRevision(form);
  const name = wanted.metadata.name ?? "";
  const kept = world.revisions.ofForm(form.namespace, form.name).some((revision) => revision.name === name);
  if (kept) return name;
  try {
    const created = await world.client.create(world.revisions.type, wanted, { fieldManager: "lynq" }, signal);
    world.revisions.observe(created);
  } catch (error) {
    // The name is a hash of the content: what exists is what is wanted.
    if (!isConflict(error)) throw error;
  }
  return name;
}

interface Told {
  readonly form: StoredForm;
  readonly status: FormStatus;
}

async function publish(world: FormWorld, { form, status }: Told, signal: AbortSignal): Promise<void> {
  gauges(world, { form, status });
  if (isDeepStrictEqual(status, form.status)) return;
  const removed = Object.keys(form.status).filter((key) => !(key in status));
  const rollout = status.rollout === undefined ? undefined : {
    ...Object.fromEntries(Object.keys(form.status.rollout ?? {}).map((key) => [key, null])),
    ...status.rollout,
  };
  const body = {
    metadata: { uid: form.uid },
    status: {
      ...status,
      ...(rollout === undefined ? {} : { rollout }),
      ...Object.fromEntries(removed.map((k) => [k, null])),
    },
  };
  const ref = { type: world.forms.type, namespace: form.namespace, name: form.name };
  const options = { fieldManager: "lynq", subresource: "status" as const };
  world.forms.observe(await world.client.patch(ref, { type: "merge", body }, options, signal));
}

function gauges(world: FormWorld, { form, status }: Told): void {
  const name = { namespace: form.namespace, name: form.name };
  const { rollout } = status;
  if (rollout?.phase === undefined) return world.metrics.forgetRollout(name);
  const { totalNodes = 0, readyUpdatedNodes = 0, updatingNodes = 0 } = rollout;
  const progress = totalNodes === 0 ? 0 : Math.round(readyUpdatedNodes * 100 / totalNodes);
  world.metrics.rollout(name, { phase: rollout.phase, updatingNodes, progress });
}

/** Events for what changed since the stored status. */
function report(
  world: FormWorld,
  { form, problems, status }: Told & { problems: readonly FormProblem[] },
): void {
  const { namespace, name, uid } = form;
  const event = (type: "Normal" | "Warning", reason: string, message: string) =>
    world.events.record({
      regarding: { apiVersion: API_VERSION, kind: "LynqForm", namespace, name, uid },
      type,
      reason,
      message,
      component: "lynqform-controller",
    });
  const before = (type: string) => findCondition(form.status.conditions, type);
  const after = (type: string) => findCondition(status.conditions, type);
  if (problems.length === 0 && before("Valid")?.status !== "True") {
    event("Normal", "ValidationPassed", "Template validation passed successfully");
  }
  if (problems.length > 0 && before("Valid")?.message !== after("Valid")?.message) {
    for (const problem of problems) event("Warning", problem.reason, problem.message);
    event("Warning", "ValidationFailed", `Template validation failed: ${validationMessage(problems)}`);
  }
  if (after("Applied")?.status === "True" && before("Applied")?.status !== "True") {
    event(
      "Normal",
      "TemplateAppliedSuccess",
      `LynqForm '${name}' (generation: ${form.generation}): ${after("Applied")?.message}`,
    );
  }
}

/** Kept beyond those that nodes follow, so that a form can go back. */
const HISTORY_LIMIT = 10;

interface History {
  readonly namespace: string;
  readonly name: string;
  readonly current: string | undefined;
  readonly keep: number;
}

/** Deletes what is beyond the history: of a form that is gone, all that no node follows. */
async function pruneRevisions(world: FormWorld, history: History, signal: AbortSignal): Promise<void> {
  const { namespace, name, current, keep } = history;
  const followed = new Set(world.nodes.ofForm(namespace, name).map((node) => node.spec.revision));
  const unused = world.revisions.ofForm(namespace, name)
    .filter((revision) => revision.name !== current && !followed.has(revision.name))
    .sort((a, b) => b.revision - a.revision);
  for (const revision of unused.slice(keep)) {
    const ref = { type: world.revisions.type, namespace: revision.namespace, name: revision.name };
    try {
      await world.client.delete(ref, {}, signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

import { isDeepStrictEqual } from "node:util";
import { findCondition, hasTurned, isTrue } from "../api/conditions.ts";
import type { FormStatus } from "../api/form.ts";
import { API_VERSION } from "../api/labels.ts";
import { namespacedName } from "../api/resource_key.ts";
import { PROGRESSING } from "../api/rollout.ts";
import type { StoredForm } from "../api/stored.ts";
import type { FormProblem } from "./check.ts";
import { PASSED, validationMessage } from "./form_status.ts";
import type { FormWorld } from "./world.ts";

export interface Told {
  readonly form: StoredForm;
  readonly status: FormStatus;
  /** The problems that the status tells; what came of them before is told by events. */
  readonly problems?: readonly FormProblem[];
}

/**
 * Writes the form's status where it differs from the stored one, with events for what turned, and keeps the gauges. Mere
 * counts are told once a second, however many nodes move, and what matters at once. Gives the milliseconds after which
 * the form has to come again to be told in full; 0 where it was.
 */
export async function publishForm(
  world: FormWorld,
  { form, status, problems }: Told,
  signal: AbortSignal,
): Promise<number> {
  gauges(world, { form, status });
  const [key, now] = [namespacedName(form), world.now().getTime()];
  const same = isDeepStrictEqual(status, form.status);
  const waitMs = same || isUrgent(form.status, status) ? 0 : world.tells.waitMs(key, now);
  if (waitMs > 0) return waitMs;
  world.tells.passed(key, now);
  if (same) return 0;
  if (problems !== undefined) reportForm(world, { form, problems, status });
  const body = { metadata: { uid: form.uid }, status: replacing(form.status, status) };
  const ref = { type: world.forms.type, namespace: form.namespace, name: form.name };
  const options = { fieldManager: "lynq", subresource: "status" as const };
  world.forms.observe(await world.client.patch(ref, { type: "merge", body }, options, signal));
  return 0;
}

function isUrgent(before: FormStatus, after: FormStatus): boolean {
  return before.observedGeneration !== after.observedGeneration ||
    before.currentRevision !== after.currentRevision || before.rollout?.phase !== after.rollout?.phase ||
    !isDeepStrictEqual(before.dryRun, after.dryRun) || hasTurned(before.conditions, after.conditions);
}

/** A merge patch keeps what it does not name: what is to go, two levels deep, is named with null. */
function replacing(before: FormStatus, after: FormStatus): Record<string, unknown> {
  const gone = (from: object, to: object) =>
    Object.fromEntries(Object.keys(from).filter((key) => !(key in to)).map((key) => [key, null]));
  const nested = (["rollout", "progress", "dryRun"] as const).flatMap((key) => {
    const value = after[key];
    return value === undefined ? [] : [[key, { ...gone(before[key] ?? {}, value), ...value }] as const];
  });
  return { ...after, ...Object.fromEntries(nested), ...gone(before, after) };
}

function gauges(world: FormWorld, { form, status }: Told): void {
  const name = { namespace: form.namespace, name: form.name };
  world.metrics.formPaused(name, isTrue(status.conditions, "Paused"));
  const { rollout } = status;
  if (rollout?.phase === undefined) return world.metrics.forgetRollout(name);
  const { totalNodes = 0, readyUpdatedNodes = 0, updatingNodes = 0 } = rollout;
  const progress = totalNodes === 0 ? 0 : Math.round(readyUpdatedNodes * 100 / totalNodes);
  world.metrics.rollout(name, { phase: rollout.phase, updatingNodes, progress });
}

/** Events for what changed since the stored status. */
function reportForm(world: FormWorld, { form, problems, status }: Required<Told>): void {
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
  const paused = isTrue(status.conditions, "Paused");
  const pause = paused ? after("Paused") : before("Paused");
  // A pause by the hub is told there.
  if (paused !== isTrue(form.status.conditions, "Paused") && pause?.reason === "Paused") {
    if (paused) event("Normal", "Paused", pause.message);
    else event("Normal", "Resumed", "The pause is over: what was missed is done now");
  }
  const held = after("DeletionHeld");
  if (held?.status === "True" && held.message !== before("DeletionHeld")?.message) {
    event("Warning", "DeletionHeld", held.message);
  }
  if (problems.length === 0 && before("Valid")?.status !== "True") {
    event("Normal", "ValidationPassed", "Template validation passed successfully");
  }
  const valid = after("Valid");
  if (valid?.status === "True" && valid.message !== PASSED && valid.message !== before("Valid")?.message) {
    event("Warning", "SensitiveInOpen", valid.message);
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
  const progressing = after(PROGRESSING);
  if (progressing === undefined || progressing.reason === before(PROGRESSING)?.reason) return;
  if (progressing.status === "False") event("Warning", "RolloutFailed", progressing.message);
  // Rows that come back after all were gone complete nothing.
  const again = before(PROGRESSING)?.reason === "NoNodes" &&
    form.status.progress?.completionTime === status.progress?.completionTime;
  if (progressing.reason === "RolloutComplete" && !again) {
    event("Normal", "RolloutComplete", progressing.message);
  }
}

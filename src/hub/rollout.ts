import { isTrue } from "../api/conditions.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import type { HubPlan, NodeChange, PlanInput } from "./plan.ts";

/**
 * Lets through as many creates and updates of a form as its maxSkew leaves room for. A node that is updating already has
 * its room, so that a corrected row reaches the node that it is to mend.
 */
export function throttle(
  input: PlanInput,
  changes: readonly NodeChange[],
): Pick<HubPlan, "changes" | "throttled"> {
  const throttled: { form: string; count: number; updating: number }[] = [];
  let allowed = changes;
  for (const form of input.forms) {
    const maxSkew = form.spec.rollout?.maxSkew ?? 0;
    if (maxSkew === 0) continue;
    const updating = input.nodes.filter((node) => isUpdating(node, form)).length;
    const own = allowed.filter((change) =>
      change.kind !== "delete" && change.wanted.form === form.name &&
      !(change.kind === "update" && isUpdating(change.node, form))
    );
    const held = new Set(own.slice(Math.max(0, maxSkew - updating)));
    if (held.size > 0) throttled.push({ form: form.name, count: held.size, updating });
    allowed = allowed.filter((change) => !held.has(change));
  }
  return { changes: allowed, throttled };
}

/** On the form's current revision, and not there yet. */
export function isUpdating(node: StoredNode, form: StoredForm): boolean {
  if (node.spec.templateRef !== form.name || node.spec.revision !== form.status.currentRevision) return false;
  return !isTrue(node.status.conditions, "Ready") || node.status.observedGeneration !== node.generation;
}

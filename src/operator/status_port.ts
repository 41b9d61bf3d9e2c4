import { findCondition } from "../api/conditions.ts";
import type { Condition } from "../api/primitives.ts";
import { collectResources } from "../api/resource.ts";
import type { StoredForm, StoredHub, StoredNode } from "../api/stored.ts";
import type {
  ConditionView,
  FormView,
  HubView,
  NodeState,
  NodeView,
  ParentState,
  StatusPort,
} from "../dashboard/state.ts";
import { intervalText } from "../hub/interval.ts";
import type { Shown } from "./manager.ts";

/** The status page's view of the caches; empty until they are there. */
export function statusPort(
  caches: () => Shown | undefined,
  scope: () => string | undefined = () => undefined,
): StatusPort {
  return {
    scope,
    hubs: () => [...caches()?.hubs.values() ?? []].map(({ value }) => hubView(value)),
    forms: () => [...caches()?.forms.values() ?? []].map(({ value }) => formView(value)),
    *nodes() {
      for (const { value } of caches()?.nodes.values() ?? []) yield nodeView(value);
    },
    node: (namespace, name) => {
      const found = caches()?.nodes.get(`${namespace}/${name}`);
      return found === undefined ? undefined : nodeView(found.value);
    },
  };
}

function conditionViews(conditions: readonly Condition[] | undefined): ConditionView[] {
  return (conditions ?? []).map(({ type, status, reason, message, lastTransitionTime }) => ({
    type,
    status,
    reason,
    message,
    since: lastTransitionTime,
  }));
}

/** The condition that tells how an object does, as reason and message. */
function told(conditions: readonly Condition[] | undefined, ...types: readonly string[]) {
  const found = types.map((type) => findCondition(conditions, type)).find((c) => c?.status === "False") ??
    findCondition(conditions, types[0] ?? "");
  return { status: found?.status, reason: found?.reason ?? "", message: found?.message ?? "" };
}

function hubView({ namespace, name, spec, status }: StoredHub): HubView {
  const { status: ready, reason, message } = told(status.conditions, "Ready");
  const { desired = 0, ready: readyNodes = 0, failed = 0, quarantined = 0 } = status;
  const state: ParentState = ready === undefined
    ? "Unknown"
    : ready === "False" || failed > 0
    ? "Failed"
    : readyNodes < desired
    ? "Progressing"
    : "Ready";
  return {
    namespace,
    name,
    source: spec.source.type,
    interval: intervalText(spec),
    desired,
    ready: readyNodes,
    failed,
    quarantined,
    lastSync: undefined,
    state,
    // A hub that reads its database is connected, whatever its nodes do: the state says what they do.
    ...(ready === "True" && state !== "Ready" ? { reason: state, message: "" } : { reason, message }),
    conditions: conditionViews(status.conditions),
  };
}

function formView({ namespace, name, spec, status }: StoredForm): FormView {
  const valid = findCondition(status.conditions, "Valid")?.status;
  const applied = findCondition(status.conditions, "Applied")?.status;
  const { reason, message } = told(status.conditions, "Valid", "Applied");
  const state: ParentState = valid === undefined
    ? "Unknown"
    : valid === "False"
    ? "Failed"
    : applied === "True"
    ? "Ready"
    : "Progressing";
  return {
    namespace,
    name,
    hub: spec.hubId,
    resources: collectResources(spec).length,
    totalNodes: status.totalNodes ?? 0,
    readyNodes: status.readyNodes ?? 0,
    state,
    reason,
    message,
    conditions: conditionViews(status.conditions),
  };
}

function nodeView(node: StoredNode): NodeView {
  const { status, spec } = node;
  const { reason, message } = told(status.conditions, "Ready");
  return {
    namespace: node.namespace,
    name: node.name,
    hub: node.hub ?? spec.hubId ?? "",
    form: spec.templateRef,
    state: nodeState(node),
    reason,
    message,
    desired: status.desiredResources ?? 0,
    ready: status.readyResources ?? 0,
    failed: status.failedResources ?? 0,
    conflicted: status.conflictedResources ?? 0,
    skipped: status.skippedResources ?? 0,
    createdAt: node.createdAt,
    conditions: conditionViews(status.conditions),
    resources: (status.resources ?? []).map((record) => ({
      id: record.id,
      kind: record.kind,
      namespace: record.namespace,
      name: record.name,
      state: record.state,
      reason: record.reason ?? "",
      message: record.message ?? "",
    })),
  };
}

function nodeState(node: StoredNode): NodeState {
  if (node.deleting) return "Deleting";
  const ready = findCondition(node.status.conditions, "Ready");
  if (ready === undefined) return "Unknown";
  if (ready.status === "True") return "Ready";
  if ((node.status.conflictedResources ?? 0) > 0) return "Conflicted";
  return ready.reason === "NotAllResourcesReady" ? "Progressing" : "Failed";
}

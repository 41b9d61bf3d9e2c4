import { findCondition } from "../api/conditions.ts";
import type { ResourceState } from "../api/node.ts";
import type { StoredHub, StoredNode } from "../api/stored.ts";
import { compareText } from "../kube/compare_text.ts";
import type { Customer } from "./demo_database.ts";

/** Where a node stands: the state of its line. */
export type NodeProgress = "Waiting" | "Progressing" | "Ready" | "Failed" | "Deleting";

export interface DemoResource {
  readonly id: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly state: ResourceState;
  readonly message: string;
  readonly uid: string | undefined;
  /** Hash of what was written last, and when. */
  readonly wanted: string | undefined;
  readonly written: string | undefined;
}

export interface DemoNode {
  readonly name: string;
  readonly form: string;
  readonly progress: NodeProgress;
  readonly ready: number;
  readonly desired: number;
  readonly message: string;
  readonly resources: readonly DemoResource[];
}

/** A row and what came of it; a row that is gone stays until its nodes are. */
export interface Tenant {
  readonly uid: string;
  readonly plan: string;
  readonly row: "active" | "inactive" | "gone";
  /** By form, in the order of the forms. */
  readonly nodes: readonly DemoNode[];
}

/** All that the view shows, at one moment. */
export interface DemoState {
  readonly tenants: readonly Tenant[];
  /** Names of the forms: each active row becomes a node of each. */
  readonly forms: readonly string[];
  /** Why the hub can't do its work; empty while it can. */
  readonly hubProblem: string;
}

/** What the caches and the database hold, as one state. */
export function demoState(
  of: {
    customers: readonly Customer[];
    nodes: Iterable<StoredNode>;
    forms: readonly string[];
    hub: StoredHub | undefined;
  },
): DemoState {
  const byUid = new Map<string, StoredNode[]>();
  for (const node of of.nodes) byUid.set(node.spec.uid, [...byUid.get(node.spec.uid) ?? [], node]);
  const nodesOf = (uid: string) =>
    (byUid.get(uid) ?? [])
      .toSorted((a, b) => of.forms.indexOf(a.spec.templateRef) - of.forms.indexOf(b.spec.templateRef))
      .map(demoNode);
  const known = new Set(of.customers.map(({ uid }) => uid));
  const gone = [...byUid].filter(([uid]) => !known.has(uid)).toSorted(([a], [b]) => compareText(a, b));
  return {
    tenants: [
      ...of.customers.map(({ uid, plan, active }): Tenant => ({
        uid,
        plan,
        row: active ? "active" : "inactive",
        nodes: nodesOf(uid),
      })),
      ...gone.map(([uid, nodes]): Tenant => ({
        uid,
        plan: nodes[0]?.spec.values?.["plan"] ?? "",
        row: "gone",
        nodes: nodesOf(uid),
      })),
    ],
    forms: of.forms,
    hubProblem: hubProblem(of.hub),
  };
}

function hubProblem(hub: StoredHub | undefined): string {
  const ready = findCondition(hub?.status.conditions, "Ready");
  const failing = ready?.status === "False" && (hub?.status.failed ?? 0) === 0;
  return failing ? `${ready.reason}: ${ready.message}` : "";
}

function demoNode(node: StoredNode): DemoNode {
  const { status } = node;
  const resources = (status.resources ?? []).map((record): DemoResource => ({
    id: record.id,
    kind: record.kind,
    namespace: record.namespace,
    name: record.name,
    state: record.state,
    message: record.message ?? "",
    uid: record.uid,
    wanted: record.hash,
    written: record.appliedAt,
  }));
  return {
    name: node.name,
    form: node.spec.templateRef,
    progress: progressOf(node),
    ready: status.readyResources ?? 0,
    desired: status.desiredResources ?? 0,
    message: messageOf(node, resources),
    resources,
  };
}

function progressOf(node: StoredNode): NodeProgress {
  if (node.deleting) return "Deleting";
  const ready = findCondition(node.status.conditions, "Ready");
  if (ready === undefined || node.status.observedGeneration !== node.generation) return "Waiting";
  if (ready.status === "True") return "Ready";
  return ready.reason === "NotAllResourcesReady" ? "Progressing" : "Failed";
}

/** What holds the node up: the first resource that failed, else one that is under way, else one that waits. */
function messageOf(node: StoredNode, resources: readonly DemoResource[]): string {
  for (const state of ["Failed", "Conflicted", "Progressing", "Deleting", "Waiting", "Skipped"] as const) {
    const found = resources.find((resource) => resource.state === state && resource.message !== "");
    if (found !== undefined) return found.message;
  }
  const ready = findCondition(node.status.conditions, "Ready");
  return ready?.status === "False" ? ready.message : "";
}

/** Rows, nodes and resources, and how many of them are ready. */
export interface DemoCounts {
  readonly rows: number;
  readonly nodes: number;
  readonly readyNodes: number;
  readonly resources: number;
  readonly readyResources: number;
}

export function countsOf(state: DemoState): DemoCounts {
  const nodes = state.tenants.flatMap((tenant) => tenant.nodes);
  return {
    rows: state.tenants.filter(({ row }) => row === "active").length,
    nodes: nodes.length,
    readyNodes: nodes.filter(({ progress }) => progress === "Ready").length,
    resources: nodes.reduce((sum, { desired }) => sum + desired, 0),
    readyResources: nodes.reduce((sum, { ready }) => sum + ready, 0),
  };
}

/** Whether every active row has a Ready node of every form, and nothing else is left. */
export function isSettled(state: DemoState): boolean {
  return state.tenants.length > 0 && state.tenants.every((tenant) => isTenantSettled(tenant, state.forms));
}

export function isTenantSettled(tenant: Tenant, forms: readonly string[]): boolean {
  if (tenant.row !== "active") return tenant.nodes.length === 0;
  return forms.every((form) =>
    tenant.nodes.some((node) => node.form === form && node.progress === "Ready")
  ) &&
    tenant.nodes.every((node) => node.progress === "Ready");
}

/** What is not ready yet and why, a line each: what `--once` says when its time is over. */
export function unsettled(state: DemoState): string[] {
  const problems = state.hubProblem === "" ? [] : [`the hub: ${state.hubProblem}`];
  if (state.tenants.length === 0) problems.push("the database has no row");
  for (const tenant of state.tenants.filter((each) => !isTenantSettled(each, state.forms))) {
    const absent = tenant.row === "active"
      ? state.forms.filter((form) => !tenant.nodes.some((node) => node.form === form))
      : [];
    problems.push(...absent.map((form) => `row ${tenant.uid}: no LynqNode of the form ${form} yet`));
    problems.push(...tenant.nodes.filter(({ progress }) => progress !== "Ready").flatMap(nodeProblems));
  }
  return problems;
}

function nodeProblems({ name, progress, message, resources }: DemoNode): string[] {
  const held = resources.filter(({ state }) => state !== "Ready");
  if (held.length === 0) return [`LynqNode ${name} is ${progress}${message === "" ? "" : `: ${message}`}`];
  return held.map((each) =>
    `LynqNode ${name}: ${each.kind} ${[each.namespace, each.name].filter((part) => part).join("/")} is ` +
    `${each.state}${each.message === "" ? "" : `: ${each.message}`}`
  );
}

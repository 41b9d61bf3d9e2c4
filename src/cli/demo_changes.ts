import {
  type DemoNode,
  type DemoResource,
  type DemoState,
  isTenantSettled,
  type Tenant,
} from "./demo_state.ts";

/** One thing that happened between two states; `tone` is how it is shown. */
export interface Change {
  readonly tone: "row" | "progress" | "ready" | "repair" | "failed" | "gone";
  readonly text: string;
}

/** What happened between two states, rows first. A state of many nodes gives a line a node, not a line a resource. */
export function changesBetween(before: DemoState, after: DemoState): Change[] {
  const was = new Map(before.tenants.map((tenant) => [tenant.uid, tenant]));
  const now = new Map(after.tenants.map((tenant) => [tenant.uid, tenant]));
  return [
    ...after.tenants.flatMap((tenant) => rowChange(was.get(tenant.uid), tenant)),
    ...before.hubProblem === after.hubProblem || after.hubProblem === ""
      ? []
      : [{ tone: "failed" as const, text: `the hub: ${after.hubProblem}` }],
    ...after.tenants.flatMap((tenant) => nodeChanges(was.get(tenant.uid), tenant)),
    ...after.tenants.flatMap((tenant) => settledChange(was.get(tenant.uid), tenant, after.forms)),
    ...before.tenants.flatMap((tenant) => goneChange(tenant, now.get(tenant.uid))),
  ];
}

function goneChange({ uid, nodes }: Tenant, after: Tenant | undefined): Change[] {
  if (nodes.length === 0 || (after?.nodes.length ?? 0) > 0) return [];
  return [{ tone: "gone", text: `${uid} is gone: its nodes and their resources are deleted` }];
}

function rowChange(before: Tenant | undefined, after: Tenant): Change[] {
  const { uid, plan, row } = after;
  const tell = (text: string): Change[] => [{ tone: "row", text }];
  if (before === undefined) return row === "gone" ? [] : tell(`row ${uid} (${plan})`);
  if (before.row !== row) {
    if (row === "active") return tell(`row ${uid} is active`);
    return tell(row === "gone" ? `row ${uid} was deleted` : `row ${uid} is no longer active`);
  }
  return before.plan === plan || row === "gone" ? [] : tell(`row ${uid}: plan ${before.plan} → ${plan}`);
}

function settledChange(before: Tenant | undefined, after: Tenant, forms: readonly string[]): Change[] {
  if (after.row !== "active" || !isTenantSettled(after, forms)) return [];
  if (before !== undefined && before.row === "active" && isTenantSettled(before, forms)) return [];
  const resources = after.nodes.reduce((sum, { ready }) => sum + ready, 0);
  return [{
    tone: "ready",
    text: `${after.uid} is Ready: ${counted(after.nodes.length, "node")}, ${counted(resources, "resource")}`,
  }];
}

function nodeChanges(before: Tenant | undefined, after: Tenant): Change[] {
  // What goes with its row is told once, when all of it is gone.
  if (after.row !== "active") return [];
  const was = new Map(before?.nodes.map((node) => [node.name, node]));
  return after.nodes.flatMap((node): Change[] => {
    const old = was.get(node.name);
    const written = old === undefined ? [] : resourceChanges(old.resources, node.resources);
    return [...written, ...progressChange(old, node)];
  });
}

function progressChange(
  before: DemoNode | undefined,
  { name, progress, ready, message }: DemoNode,
): Change[] {
  if (before?.progress === progress) return [];
  switch (progress) {
    case "Ready":
      return [{ tone: "progress", text: `${name} is Ready: ${counted(ready, "resource")}` }];
    case "Failed":
      return [{ tone: "failed", text: `${name} failed: ${message}` }];
    case "Deleting":
      return [{ tone: "progress", text: `${name} is being deleted` }];
    case "Waiting":
    case "Progressing":
      return [];
  }
}

function resourceChanges(before: readonly DemoResource[], after: readonly DemoResource[]): Change[] {
  const was = new Map(before.map((resource) => [resource.id, resource]));
  return after.flatMap((resource): Change[] => {
    const old = was.get(resource.id);
    if (old?.written === undefined || resource.written === undefined) return [];
    const at = `${resource.kind} ${resource.name}`;
    if (old.wanted !== resource.wanted) return [{ tone: "progress", text: `${at} was updated` }];
    if (old.uid !== resource.uid) return [{ tone: "repair", text: `${at} was gone and is made anew` }];
    if (old.written === resource.written) return [];
    return [{ tone: "repair", text: `${at} was changed by somebody else and is put back` }];
  });
}

/** "1 node", "3 nodes". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

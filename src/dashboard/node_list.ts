import { compareText } from "../kube/compare_text.ts";
import type { NodeQuery } from "./node_query.ts";
import { NODE_STATES, type NodeState, type NodeView } from "./state.ts";

export const PAGE_SIZE = 50;

/** One page of the nodes that match a query. */
export interface NodeList {
  readonly nodes: readonly NodeView[];
  /** All there are. */
  readonly total: number;
  /** Nodes by state that match everything but the state. */
  readonly byState: Readonly<Record<NodeState, number>>;
  /** All that match. */
  readonly matched: number;
  readonly page: number;
  readonly pages: number;
}

/** Filters, counts and pages. The most urgent state comes first, then namespace and name. */
export function listNodes(nodes: Iterable<NodeView>, query: NodeQuery): NodeList {
  const words = query.search.split(/\s+/).filter((word) => word !== "");
  const byState = new Map<NodeState, NodeView[]>(NODE_STATES.map((state) => [state, []]));
  let total = 0;
  for (const node of nodes) {
    total++;
    if (isOfParents(node, query) && words.every((word) => contains(node, word))) {
      byState.get(node.state)?.push(node);
    }
  }
  const shown = NODE_STATES.filter((state) => query.state === undefined || query.state === state);
  const matched = shown.reduce((sum, state) => sum + (byState.get(state)?.length ?? 0), 0);
  const pages = Math.max(1, Math.ceil(matched / PAGE_SIZE));
  const page = Math.min(query.page, pages);
  return {
    nodes: pageOf(shown.map((state) => byState.get(state) ?? []), (page - 1) * PAGE_SIZE),
    total,
    byState: Object.fromEntries([...byState].map(([state, found]) => [state, found.length])) as Record<
      NodeState,
      number
    >,
    matched,
    page,
    pages,
  };
}

/** Sorts only the groups that the page touches. */
function pageOf(groups: readonly NodeView[][], offset: number): NodeView[] {
  const found: NodeView[] = [];
  let skip = offset;
  for (const group of groups) {
    if (found.length >= PAGE_SIZE) break;
    if (skip >= group.length) {
      skip -= group.length;
      continue;
    }
    found.push(...group.toSorted(byName).slice(skip, skip + PAGE_SIZE - found.length));
    skip = 0;
  }
  return found;
}

function byName(a: NodeView, b: NodeView): number {
  return compareText(a.namespace, b.namespace) || compareText(a.name, b.name);
}

function isOfParents(node: NodeView, query: NodeQuery): boolean {
  return (query.hub === undefined || query.hub === `${node.namespace}/${node.hub}`) &&
    (query.form === undefined || query.form === `${node.namespace}/${node.form}`);
}

function contains(node: NodeView, word: string): boolean {
  const has = (text: string) => text.toLowerCase().includes(word);
  return has(node.name) || has(node.namespace) || has(node.reason) || has(node.message) ||
    node.resources.some((resource) => has(resource.id) || has(resource.kind) || has(resource.name));
}

import { NODE_STATES, type NodeState } from "./state.ts";

/** Which nodes a page shows, as the address says it. */
export interface NodeQuery {
  readonly state: NodeState | undefined;
  /** `namespace/name` of a hub or a form. */
  readonly hub: string | undefined;
  readonly form: string | undefined;
  /** Lower case; every word of it is searched. */
  readonly search: string;
  /** From 1. */
  readonly page: number;
}

const MAX_SEARCH = 200;

/** Reads the query part of an address; what it does not know counts as not given. */
export function parseNodeQuery(parameters: URLSearchParams): NodeQuery {
  const state = NODE_STATES.find((known) => known === parameters.get("state"));
  const page = Number(parameters.get("page"));
  return {
    state,
    hub: parameters.get("hub") || undefined,
    form: parameters.get("form") || undefined,
    search: (parameters.get("q") ?? "").trim().toLowerCase().slice(0, MAX_SEARCH),
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

/** The address of the overview with this query. A change other than of the page goes to page 1. */
export function nodeQueryHref(query: NodeQuery, change: Partial<NodeQuery> = {}): string {
  const next = { ...query, page: 1, ...change };
  const parameters = new URLSearchParams();
  if (next.state !== undefined) parameters.set("state", next.state);
  if (next.hub !== undefined) parameters.set("hub", next.hub);
  if (next.form !== undefined) parameters.set("form", next.form);
  if (next.search !== "") parameters.set("q", next.search);
  if (next.page > 1) parameters.set("page", String(next.page));
  const text = parameters.toString();
  return text === "" ? "/" : `/?${text}`;
}

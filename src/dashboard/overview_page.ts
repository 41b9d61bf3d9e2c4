import { redactText } from "../telemetry/redact.ts";
import { age } from "./age.ts";
import { listNodes, type NodeList, PAGE_SIZE } from "./node_list.ts";
import { type NodeQuery, nodeQueryHref } from "./node_query.ts";
import {
  type ConditionView,
  type FormView,
  type HubView,
  NODE_STATES,
  type NodeState,
  type NodeView,
  type ParentState,
  type ResourceView,
  type StatusPort,
} from "./state.ts";

/** A link to other nodes with their count. */
export interface Chip {
  readonly label: string;
  readonly count: number;
  readonly href: string;
  readonly current: boolean;
}

/** A hub or a form with how its nodes do. */
export interface ParentRow {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly href: string;
  readonly facts: readonly string[];
  readonly bar: Bar;
  readonly state: ParentState;
  readonly reason: string;
  /** "" when all is well. */
  readonly message: string;
  readonly conditions: readonly ConditionView[];
}

/** A bar of counts; widths are percent of its length. */
export interface Bar {
  readonly label: string;
  readonly parts: readonly {
    readonly state: "Ready" | "Failed";
    readonly x: number;
    readonly width: number;
  }[];
}

export interface NodeRow {
  readonly name: string;
  readonly namespace: string;
  readonly hub: string;
  readonly form: string;
  readonly href: string;
  readonly state: NodeState;
  readonly reason: string;
  readonly message: string;
  readonly counts: string;
  readonly age: string;
  readonly createdAt: string;
  readonly resources: readonly ResourceView[];
  readonly moreResources: number;
}

export interface OverviewPage {
  /** What of the cluster the page shows; undefined where it shows all. */
  readonly scope: string | undefined;
  readonly query: NodeQuery;
  /** The same nodes of every hub and form. */
  readonly unscoped: string;
  readonly summary: readonly { readonly label: string; readonly value: string; readonly state: string }[];
  readonly hubs: readonly ParentRow[];
  readonly forms: readonly ParentRow[];
  readonly chips: readonly Chip[];
  readonly nodes: readonly NodeRow[];
  readonly matched: number;
  readonly total: number;
  readonly range: string;
  readonly previous: string | undefined;
  readonly next: string | undefined;
}

/** Squares a row shows; the rest is a number. */
const SQUARES = 30;

/** Everything that the overview shows. */
export function overviewPage(status: StatusPort, query: NodeQuery, now: Date): OverviewPage {
  const hubs = status.hubs();
  const forms = status.forms();
  const list = listNodes(status.nodes(), query);
  const first = (list.page - 1) * PAGE_SIZE + 1;
  return {
    scope: status.scope?.(),
    query,
    unscoped: nodeQueryHref(query, { hub: undefined, form: undefined }),
    summary: summaryOf(hubs, forms, list),
    hubs: hubs.map((hub) => hubRow(hub, query, now)),
    forms: forms.map((form) => formRow(form, query)),
    chips: chipsOf(list, query),
    nodes: list.nodes.map((node) => nodeRow(node, now)),
    matched: list.matched,
    total: list.total,
    range: list.matched === 0 ? "0" : `${first}-${first + list.nodes.length - 1} of ${list.matched}`,
    previous: list.page > 1 ? nodeQueryHref(query, { page: list.page - 1 }) : undefined,
    next: list.page < list.pages ? nodeQueryHref(query, { page: list.page + 1 }) : undefined,
  };
}

function summaryOf(
  hubs: readonly HubView[],
  forms: readonly FormView[],
  list: NodeList,
): OverviewPage["summary"] {
  const desired = hubs.reduce((sum, hub) => sum + hub.desired, 0);
  const ready = hubs.reduce((sum, hub) => sum + hub.ready, 0);
  const failed = hubs.reduce((sum, hub) => sum + hub.failed, 0);
  return [
    { label: "Hubs", value: String(hubs.length), state: "" },
    { label: "Forms", value: String(forms.length), state: "" },
    { label: "Nodes", value: String(list.total), state: "" },
    { label: "Ready", value: `${ready} / ${desired}`, state: ready === desired ? "Ready" : "Progressing" },
    { label: "Failed", value: String(failed), state: failed === 0 ? "" : "Failed" },
  ];
}

function hubRow(hub: HubView, query: NodeQuery, now: Date): ParentRow {
  const key = `${hub.namespace}/${hub.name}`;
  const lastSync = age(hub.lastSync, now);
  return {
    key,
    namespace: hub.namespace,
    name: hub.name,
    href: nodeQueryHref(query, { hub: key, form: undefined }),
    facts: [
      `${hub.source} every ${hub.interval}`,
      ...(lastSync === "" ? [] : [`read ${lastSync} ago`]),
      ...(hub.quarantined > 0 ? [`${counted(hub.quarantined, "row")} set aside`] : []),
    ],
    bar: barOf(hub.ready, hub.failed, hub.desired),
    state: hub.state,
    reason: hub.reason,
    message: hub.state === "Ready" ? "" : redactText(hub.message),
    conditions: conditionsOf(hub.conditions),
  };
}

function formRow(form: FormView, query: NodeQuery): ParentRow {
  const key = `${form.namespace}/${form.name}`;
  return {
    key,
    namespace: form.namespace,
    name: form.name,
    href: nodeQueryHref(query, { form: key, hub: undefined }),
    facts: [`hub ${form.hub}`, `${counted(form.resources, "resource")} a row`],
    bar: barOf(form.readyNodes, 0, form.totalNodes),
    state: form.state,
    reason: form.reason,
    message: form.state === "Ready" ? "" : redactText(form.message),
    conditions: conditionsOf(form.conditions),
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function conditionsOf(conditions: readonly ConditionView[]): ConditionView[] {
  return conditions.map((condition) => ({ ...condition, message: redactText(condition.message) }));
}

function barOf(ready: number, failed: number, desired: number): Bar {
  const percent = (count: number) => desired === 0 ? 0 : Math.min(100, (100 * count) / desired);
  const readyWidth = percent(ready);
  const parts = [
    { state: "Ready" as const, x: 0, width: readyWidth },
    { state: "Failed" as const, x: readyWidth, width: Math.min(100 - readyWidth, percent(failed)) },
  ];
  return {
    label: `${ready} of ${desired} ready${failed > 0 ? `, ${failed} failed` : ""}`,
    parts: parts.filter((part) => part.width > 0),
  };
}

function chipsOf(list: NodeList, query: NodeQuery): Chip[] {
  const all = NODE_STATES.reduce((sum, state) => sum + list.byState[state], 0);
  return [
    {
      label: "All",
      count: all,
      href: nodeQueryHref(query, { state: undefined }),
      current: query.state === undefined,
    },
    ...NODE_STATES
      .filter((state) => list.byState[state] > 0 || query.state === state)
      .map((state) => ({
        label: state,
        count: list.byState[state],
        href: nodeQueryHref(query, { state }),
        current: query.state === state,
      })),
  ];
}

function nodeRow(node: NodeView, now: Date): NodeRow {
  return {
    name: node.name,
    namespace: node.namespace,
    hub: node.hub,
    form: node.form,
    href: nodeHref(node),
    state: node.state,
    reason: node.state === "Ready" ? "" : node.reason,
    message: node.state === "Ready" ? "" : redactText(node.message),
    counts: `${node.ready} of ${node.desired} ready`,
    age: age(node.createdAt, now),
    createdAt: node.createdAt ?? "",
    resources: node.resources.slice(0, SQUARES),
    moreResources: Math.max(0, node.resources.length - SQUARES),
  };
}

/** The address of a node's own page. */
export function nodeHref(node: Pick<NodeView, "namespace" | "name">): string {
  return `/nodes/${encodeURIComponent(node.namespace)}/${encodeURIComponent(node.name)}`;
}

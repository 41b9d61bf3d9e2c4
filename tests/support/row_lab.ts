import type { Condition } from "../../src/api/primitives.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "./cluster_objects.ts";
import { mysqlHub } from "./mysql_hub.ts";
import type { OperatorLab } from "./operator_lab.ts";

const API = "operator.lynq.sh/v1";

export type OwnKind = "LynqHub" | "LynqForm" | "LynqNode";

/** What tests ask of a hub, its forms, nodes and ConfigMaps in the lab's namespace. */
export interface RowLab {
  /** A hub named rows over the table `tenants` (id, plan, active and, with `pause`, hold), read every second. */
  hub(options?: { readonly pause?: boolean }): Promise<void>;
  /** A form of one ConfigMap `<uid>-of-<form>` that holds the row's plan and this text; `<uid>-of-long` of a long name. */
  form(name: string, text?: string): Promise<void>;
  own(kind: OwnKind, name: string): Promise<KubeObject | undefined>;
  /** Names of the nodes that are not being deleted, sorted. */
  nodes(): Promise<string[]>;
  /** Waits until these and no others are there. */
  nodesAre(...names: readonly string[]): Promise<void>;
  condition(kind: OwnKind, name: string, type: string): Promise<Condition | undefined>;
  /** Waits for a condition of this status and reason, and gives it. */
  conditionIs(
    kind: OwnKind,
    name: string,
    is: { readonly type: string; readonly status: string; readonly reason?: string },
  ): Promise<Condition>;
  config(name: string): Promise<KubeObject | undefined>;
  /** Waits until a ConfigMap holds these values. */
  configHolds(name: string, data: Readonly<Record<string, string>>): Promise<KubeObject>;
  annotate(kind: OwnKind, name: string, annotations: Readonly<Record<string, string | null>>): Promise<void>;
  /** Events of one reason on an object, by count. */
  events(name: string, reason: string): Promise<{ readonly message: string; readonly count: number }[]>;
  sql(text: string): Promise<string>;
}

export function rowLab(lab: OperatorLab): RowLab {
  const { objects, namespace, db } = lab;
  const which = (kind: OwnKind, name: string) => ({ apiVersion: API, kind, namespace, name });
  const own = (kind: OwnKind, name: string) => objects.get(which(kind, name));
  const configOf = (name: string) => objects.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name });
  const nodes = async () =>
    (await objects.list({ apiVersion: API, kind: "LynqNode", namespace }))
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata.name ?? "").sort();
  const condition: RowLab["condition"] = async (kind, name, type) => {
    const status = (await own(kind, name))?.["status"] as { conditions?: Condition[] } | undefined;
    return status?.conditions?.find((each) => each.type === type);
  };
  return {
    own,
    nodes,
    condition,
    hub: (options) => objects.apply(hubText(lab, options?.pause === true)),
    form: (name, text = "first") => objects.apply(formText(namespace, name, text)),
    nodesAre: async (...names) => {
      const wanted = names.toSorted().join();
      await until(`the nodes to be ${wanted}`, async () => (await nodes()).join() === wanted);
    },
    conditionIs: (kind, name, { type, status, reason }) =>
      until(`${kind} ${name} to be ${type}=${status} ${reason ?? ""}`, async () => {
        const found = await condition(kind, name, type);
        return found?.status === status && (reason === undefined || found.reason === reason)
          ? found
          : undefined;
      }),
    config: configOf,
    configHolds: (name, data) =>
      until(`${name} to hold ${JSON.stringify(data)}`, async () => {
        const found = await configOf(name);
        const has = found?.["data"] as Record<string, string> | undefined;
        return Object.entries(data).every(([key, value]) => has?.[key] === value) ? found : undefined;
      }),
    annotate: async (kind, name, annotations) => {
      await objects.merge(which(kind, name), { metadata: { annotations } });
    },
    events: async (name, reason) => {
      const all = await objects.list({ apiVersion: "v1", kind: "Event", namespace });
      return all.filter((event) =>
        event["reason"] === reason && (event["involvedObject"] as { name: string }).name === name
      ).map((event) => ({ message: String(event["message"]), count: Number(event["count"]) }));
    },
    sql: (text) => db.exec(text),
  };
}

function hubText(lab: OperatorLab, pause: boolean): string {
  return mysqlHub(lab, { name: "rows", ...(pause ? { marks: "pause: hold" } : {}) });
}

function formText(namespace: string, name: string, text: string): string {
  return `
apiVersion: ${API}
kind: LynqForm
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  hubId: rows
  configMaps:
  - id: config
    nameTemplate: "{{ .uid }}-of-${name.length > 100 ? "long" : name}"
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}", text: "${text}"}}
`;
}

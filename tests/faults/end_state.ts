import type { KubeObject } from "../../src/kube/object.ts";
import type { ClusterObjects } from "../support/cluster_objects.ts";

const OWN = "operator.lynq.sh/v1";

/** Kinds whose objects are the state of a fleet. */
const KINDS = [
  { apiVersion: OWN, kind: "LynqHub" },
  { apiVersion: OWN, kind: "LynqForm" },
  { apiVersion: OWN, kind: "LynqNode" },
  { apiVersion: "apps/v1", kind: "ControllerRevision" },
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "v1", kind: "Secret" },
] as const;

/** What every namespace of kube-controller-manager has. */
const FOREIGN = ["ConfigMap/kube-root-ca.crt"];

/** The objects of a namespace as text by `Kind/name`, without what differs from run to run. */
export type FleetState = ReadonlyMap<string, string>;

/** Texts that stand for what is of this run alone: its namespace, its folder. */
export interface RunNames {
  readonly namespace: string;
  readonly folder: string;
}

export async function fleetState(objects: ClusterObjects, run: RunNames): Promise<FleetState> {
  const lists = await Promise.all(KINDS.map(async (of) => {
    const items = await objects.list({ ...of, namespace: run.namespace });
    return items.map((object) => ({ key: `${of.kind}/${object.metadata.name}`, object }));
  }));
  const all = lists.flat().filter(({ key }) => !FOREIGN.includes(key));
  const uids = new Map(all.map(({ key, object }) => [object.metadata.uid ?? "", key]));
  return new Map(all.map(({ key, object }) => [key, normalised(object, { run, uids })] as const));
}

/** What the operator counts or hashes by the names of its own run. */
const OF_THE_RUN = [
  "resourceVersion",
  "uid",
  "generation",
  "observedGeneration",
  "hash",
  "inputs",
  "entry",
  "fields",
  "time",
  "lynq.sh/bucket",
  "source",
];

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

function normalised(
  object: KubeObject,
  { run, uids }: { run: RunNames; uids: ReadonlyMap<string, string> },
): string {
  const { generation } = object.metadata;
  const observed = (object["status"] as { observedGeneration?: number } | undefined)?.observedGeneration;
  let text = JSON.stringify(
    { ...object, seen: observed === undefined || observed === generation },
    stable,
    1,
  );
  for (const [uid, key] of uids) text = text.replaceAll(uid, `uid of ${key}`);
  text = text.replaceAll(run.folder, "FOLDER").replaceAll(run.namespace, "NAMESPACE");
  return text.replaceAll(TIME, "TIME");
}

/** Lists whose order is that in which the entries came to be. */
const UNORDERED = ["conditions", "managedFields"];

/**
 * Keys in order, and none that is of the run alone; an owner's uid is told, since it is another object's, and of the
 * marks of nodes that went how many there are.
 */
function stable(key: string, value: unknown): unknown {
  if (key === "ownerReferences") return JSON.stringify(value);
  if (key === "marks" && typeof value === "string") return value.length;
  if (UNORDERED.includes(key) && Array.isArray(value)) return value.toSorted(byText);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([name, of]) =>
    !OF_THE_RUN.includes(name) || (typeof of === "object" && name !== "fields")
  );
  return Object.fromEntries(entries.toSorted(([a], [b]) => a < b ? -1 : 1));
}

function byText(a: unknown, b: unknown): number {
  const [left, right] = [a, b].map((each) => JSON.stringify(each, stable).replaceAll(TIME, "TIME"));
  return (left ?? "") < (right ?? "") ? -1 : 1;
}

/** Where two states differ, a line each; empty where they are the same. */
export function differences(expected: FleetState, found: FleetState): string[] {
  const keys = new Set([...expected.keys(), ...found.keys()]);
  return [...keys].toSorted().flatMap((key) => {
    const [was, is] = [expected.get(key), found.get(key)];
    if (was === is) return [];
    if (is === undefined) return [`${key} is missing`];
    if (was === undefined) {
      return [`${key} is there and should not: ${is.replaceAll(/\s+/g, " ").slice(0, 1500)}`];
    }
    return [`${key}: ${lineDifference(was, is)}`];
  });
}

function lineDifference(was: string, is: string): string {
  const [before, after] = [was.split("\n"), is.split("\n")];
  const gone = before.filter((line) => !after.includes(line)).map((line) => `-${line.trim()}`);
  const come = after.filter((line) => !before.includes(line)).map((line) => `+${line.trim()}`);
  return [...gone, ...come].slice(0, 12).join(" ") || "the same lines in another order";
}

import type { KubeObject } from "../../src/kube/object.ts";
import { LABEL } from "../../src/api/labels.ts";
import { SENSITIVE_TYPE } from "../../src/api/sensitive.ts";
import { isRecord } from "./mutate.ts";
import { childKey, type Picture } from "./picture.ts";
import type { FleetPlace } from "./seed_fleet.ts";

/** The objects of a fleet as comparable values by `Kind/namespace/name`. */
export type SeedState = ReadonlyMap<string, string>;

/** Fields that tell of one object's own life, wherever they stand. */
const OF_ITS_LIFE = [
  "resourceVersion",
  "uid",
  "generation",
  "observedGeneration",
  "targetGeneration",
  "creationTimestamp",
  "hash",
  "inputs",
  "entry",
  "fields",
  "time",
  "startTime",
  "progressTime",
  "completionTime",
  "since",
  "appliedAt",
  "lastTransitionTime",
  "lastFullReconcileAt",
  "progress",
  "deletions",
  "source",
  "clusterIP",
  "clusterIPs",
  // The API server chooses it by the tag of the image that an object was made with, and then it is nobody's.
  "imagePullPolicy",
];

/** Annotations that people set, and one that counts the revisions of a Deployment. */
const ANNOTATIONS = [
  "lynq.sh/approve-deletions",
  "lynq.sh/approve-creations",
  "deployment.kubernetes.io/revision",
];

/** Conditions that stay with what they once told of, by type. */
const ONCE_TOLD = ["DeletionHeld", "CreationHeld", "Paused", "RowAccepted"];

/**
 * What stays of a fleet when times, versions and uids are left out. Of what was made once only that it is there, and
 * whose: what its form said then stays.
 */
export function seedState(picture: Picture, { namespace, beside }: FleetPlace): SeedState {
  const left = new Set(picture.orphans.map(({ object }) => object.metadata.uid));
  const kept = picture.objects.filter((object) => !left.has(object.metadata.uid) && !isRemainder(object));
  return new Map(kept.map((object) => {
    const { kind = "", metadata } = object;
    const own = kind.startsWith("Lynq");
    const body = metadata.annotations?.["lynq.sh/created-once"] !== undefined
      ? { labels: trackingLabels(metadata.labels) }
      : own
      ? object
      : { ...object, status: undefined };
    const text = JSON.stringify(plain(body), undefined, 1).replaceAll(beside, "BESIDE").replaceAll(
      namespace,
      "NAMESPACE",
    );
    return [childKey(kind, metadata.namespace, metadata.name), text];
  }));
}

function trackingLabels(labels: KubeObject["metadata"]["labels"]): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([name]) => name.startsWith("lynq.sh/")));
}

/** Stays with its node, its hub or with the namespace. */
function isRemainder({ metadata, kind, type }: KubeObject): boolean {
  return metadata.labels?.[LABEL.seedOf] !== undefined || type === SENSITIVE_TYPE.key ||
    metadata.name === "kube-root-ca.crt" ||
    (kind === "ServiceAccount" && metadata.name === "default");
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.filter((each) => !(isRecord(each) && isOldNews(each))).map(plain);
    return items.every((each) => isRecord(each) && typeof each["type"] === "string")
      ? items.toSorted(byText)
      : items;
  }
  if (!isRecord(value)) return value;
  // The account that wrote what is never written again stays the one of then.
  const ofThen = value["once"] === true ? ["account"] : [];
  const entries = Object.entries(value).filter(([name, inner]) =>
    inner !== undefined && !ofThen.includes(name) && !ANNOTATIONS.includes(name) &&
    name !== "managedFields" &&
    (!OF_ITS_LIFE.includes(name) || (isRecord(inner) && name === "source"))
  ).map(([name, inner]) => [name, plain(inner)] as const);
  return Object.fromEntries(
    entries.filter(([name, inner]) =>
      !(name === "annotations" && isRecord(inner) && Object.keys(inner).length === 0)
    )
      .toSorted(([a], [b]) => a < b ? -1 : 1),
  );
}

function isOldNews({ type, status }: Record<string, unknown>): boolean {
  return typeof type === "string" && ONCE_TOLD.includes(type) && status !== "True" &&
      type !== "RowAccepted" ||
    type === "RowAccepted" && status === "True";
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** Where a fleet is not as it was, a line each. */
export function stateGaps(expected: SeedState, found: SeedState): string[] {
  return [...new Set([...expected.keys(), ...found.keys()])].toSorted().flatMap((key) => {
    const [was, is] = [expected.get(key), found.get(key)];
    if (was === is) return [];
    if (was === undefined || is === undefined) {
      return [`${key} ${is === undefined ? "is missing" : "is left over"}`];
    }
    const [before, after] = [was.split("\n"), is.split("\n")];
    const lines = [
      ...before.filter((line) => !after.includes(line)).map((line) => `-${line.trim()}`),
      ...after.filter((line) => !before.includes(line)).map((line) => `+${line.trim()}`),
    ];
    return [`${key}: ${lines.slice(0, 10).join(" ") || "the same lines in another order"}`];
  });
}

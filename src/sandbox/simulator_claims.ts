import type { KubeObject, OwnerReference } from "../kube/object.ts";
import { isObject, type JsonObject, listAt, objectAt, textAt } from "./json.ts";
import { ownedBy, type Workbench } from "./simulator_workbench.ts";

const store = "/persistentvolumeclaims";

/** A pod of a StatefulSet, by its ordinal; `wanted` is false of one that is scaled away. */
export interface OrdinalPod {
  readonly name: string;
  readonly pod: KubeObject | undefined;
  readonly wanted: boolean;
}

/** The volumes that a pod of the set mounts, by the names of its claims. */
export function claimVolumes(set: KubeObject, podName: string): JsonObject[] {
  return claimTemplates(set).map((claim) => {
    const name = textAt(claim, "metadata", "name");
    return { name, persistentVolumeClaim: { claimName: `${name}-${podName}` } };
  });
}

/**
 * Creates the claims of a pod that are missing. False while one of them is still to go with an earlier pod of that
 * name: the pod waits for it.
 */
export function createClaims(bench: Workbench, set: KubeObject, podName: string): boolean {
  for (const template of claimTemplates(set)) {
    const live = claimOf(bench, set, { template, podName });
    if (
      live?.metadata.ownerReferences?.some(({ kind, name }) => kind === "Pod" && name === podName) === true
    ) {
      return false;
    }
    if (live === undefined) createClaim(bench, set, { template, podName });
  }
  return true;
}

/**
 * Has the claims of a pod owned as `persistentVolumeClaimRetentionPolicy` says: by the set where they go with it, by
 * the pod where it is scaled away and they go with it, by neither where they are retained.
 */
export function ownClaims(bench: Workbench, set: KubeObject, of: OrdinalPod): void {
  for (const template of claimTemplates(set)) {
    const live = claimOf(bench, set, { template, podName: of.name });
    if (live === undefined) continue;
    const { ownerReferences: before = [], ...metadata } = live.metadata;
    const names = new Map([["StatefulSet", set.metadata.name], ["Pod", of.name]]);
    const own = before.filter(({ kind, name }) => names.get(kind) === name);
    const uids = [set.metadata.uid, of.pod?.metadata.uid];
    // Owned by an earlier set or pod of that name: the garbage collector's.
    if (own.some(({ uid }) => !uids.includes(uid))) continue;
    const others = before.filter((owner) => !own.includes(owner));
    if (others.some(({ controller }) => controller === true)) continue;
    const ownerReferences = [...others, ...ownersOf(set, of)];
    if (sameOwners(before, ownerReferences)) continue;
    bench.change(store, live, {
      ...live,
      metadata: { ...metadata, ...(ownerReferences.length === 0 ? {} : { ownerReferences }) },
    });
  }
}

function ownersOf(set: KubeObject, { pod, wanted }: OrdinalPod): OwnerReference[] {
  const goes = (when: string) =>
    textAt(set, "spec", "persistentVolumeClaimRetentionPolicy", when) === "Delete";
  if (!wanted && goes("whenScaled")) return pod === undefined ? [] : [ownedBy(pod)];
  return goes("whenDeleted") ? [ownedBy(set)] : [];
}

function sameOwners(a: readonly OwnerReference[], b: readonly OwnerReference[]): boolean {
  return a.length === b.length && a.every(({ uid }) => b.some((owner) => owner.uid === uid));
}

function claimTemplates(set: KubeObject): JsonObject[] {
  return listAt(set, "spec", "volumeClaimTemplates").filter(isObject);
}

interface ClaimName {
  readonly template: JsonObject;
  readonly podName: string;
}

function claimName({ template, podName }: ClaimName): string {
  return `${textAt(template, "metadata", "name")}-${podName}`;
}

function claimOf(bench: Workbench, set: KubeObject, of: ClaimName): KubeObject | undefined {
  return bench.get(store, `${set.metadata.namespace ?? ""}/${claimName(of)}`);
}

function createClaim(bench: Workbench, set: KubeObject, of: ClaimName): void {
  const { namespace = "" } = set.metadata;
  const texts = (from: JsonObject) =>
    Object.fromEntries(Object.entries(from).map(([key, value]) => [key, String(value)]));
  const { template } = of;
  const annotations = texts(objectAt(template, "metadata", "annotations"));
  bench.create(store, {
    metadata: {
      name: claimName(of),
      namespace,
      labels: {
        ...texts(objectAt(template, "metadata", "labels")),
        ...texts(objectAt(set, "spec", "selector", "matchLabels")),
      },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: objectAt(template, "spec"),
  });
}

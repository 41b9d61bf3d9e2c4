import {
  type StoredForm,
  type StoredHub,
  type StoredNode,
  toStoredForm,
  toStoredHub,
  toStoredNode,
} from "../../src/api/stored.ts";
import { LABEL } from "../../src/api/labels.ts";
import { openValues, sensitiveName } from "../../src/api/sensitive.ts";
import type { KubeConnection } from "../../src/kube/client.ts";
import { createInformer, type Informer } from "../../src/kube/informer.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { parseApiVersion, type ResourceType } from "../../src/kube/resource_type.ts";
import type { FleetPlace } from "./seed_fleet.ts";

function typeOf(apiVersion: string, kind: string, plural: string): ResourceType {
  return { ...parseApiVersion(apiVersion), kind, plural, namespaced: kind !== "Namespace" };
}

const OWN = "operator.lynq.sh/v1";
export const HUBS = typeOf(OWN, "LynqHub", "lynqhubs");
export const FORMS = typeOf(OWN, "LynqForm", "lynqforms");
export const NODES = typeOf(OWN, "LynqNode", "lynqnodes");

/** What a form of the campaign may make. */
const CHILDREN: readonly ResourceType[] = [
  typeOf("v1", "ConfigMap", "configmaps"),
  typeOf("v1", "Secret", "secrets"),
  typeOf("v1", "ServiceAccount", "serviceaccounts"),
  typeOf("v1", "Service", "services"),
  typeOf("v1", "ResourceQuota", "resourcequotas"),
  typeOf("v1", "Namespace", "namespaces"),
  typeOf("apps/v1", "Deployment", "deployments"),
  typeOf("apps/v1", "StatefulSet", "statefulsets"),
  typeOf("apps/v1", "DaemonSet", "daemonsets"),
  typeOf("batch/v1", "Job", "jobs"),
  typeOf("batch/v1", "CronJob", "cronjobs"),
  typeOf("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
  typeOf("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"),
];

/** A fleet as the API server has it. */
export interface Picture {
  readonly hub: StoredHub | undefined;
  readonly forms: readonly StoredForm[];
  readonly nodes: readonly StoredNode[];
  /** Objects that nodes made and have, by `Kind/namespace/name`. */
  readonly children: ReadonlyMap<string, KubeObject>;
  /** Objects that nodes left behind, and the types to reach them by. */
  readonly orphans: readonly { readonly object: KubeObject; readonly type: ResourceType }[];
  /** Everything whole. */
  readonly objects: readonly KubeObject[];
}

export function childKey(kind: string, namespace: string | undefined, name: string | undefined): string {
  return `${kind}/${namespace ?? ""}/${name ?? ""}`;
}

/** The variables of a node whose values are in its Secret, in their order. */
export function hiddenNames({ spec: { sensitive } }: StoredNode): string[] {
  return Object.keys(sensitive?.hashes ?? {}).toSorted();
}

/** The values of its row that a node has, those in its Secret too; undefined where it has others than it speaks of. */
export function rowValues(
  { namespace, name, spec: { values, sensitive } }: StoredNode,
  { objects }: Picture,
): Readonly<Record<string, string>> | undefined {
  if (sensitive === undefined) return { ...values };
  const key = childKey("Secret", namespace, sensitiveName(name));
  const secret = objects.find(({ kind = "", metadata }) =>
    childKey(kind, metadata.namespace, metadata.name) === key
  );
  const opened = openValues(sensitive, (secret?.["data"] ?? {}) as Readonly<Record<string, unknown>>);
  return opened === undefined ? undefined : { ...values, ...opened.values };
}

interface Held {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

/** Lists leave out what every item of theirs is. */
function completed({ group, version, kind }: ResourceType, object: KubeObject): KubeObject {
  return { ...object, apiVersion: group === "" ? version : `${group}/${version}`, kind };
}

/** Reads an object once, however often it is looked at. */
function onceFor<T>(read: (object: KubeObject) => T): (object: KubeObject) => T {
  const known = new WeakMap<KubeObject, { readonly value: T }>();
  return (object) => {
    const found = known.get(object) ?? { value: read(object) };
    known.set(object, found);
    return found.value;
  };
}

/** Watches all kinds of all fleets at once. */
export class Pictures {
  readonly #informers: readonly { readonly type: ResourceType; readonly informer: Informer<KubeObject> }[];
  readonly #changes = new Map<string, number>();
  /** By namespace: taking a picture looks at no other fleet. */
  readonly #objects = new Map<string, Map<string, Held>>();

  readonly #hub = onceFor(toStoredHub);
  readonly #form = onceFor(toStoredForm);
  readonly #node = onceFor(toStoredNode);

  constructor(client: KubeConnection) {
    this.#informers = [HUBS, FORMS, NODES, ...CHILDREN].map((type) => ({
      type,
      informer: createInformer({
        client,
        type,
        project: (object) => object,
        onEvent: (event) => {
          if (event.kind !== "added") this.#keep(type, event.was.value, undefined);
          if (event.kind !== "deleted") this.#keep(type, event.now.value, event.now.value);
        },
      }),
    }));
  }

  #keep(type: ResourceType, { metadata }: KubeObject, now: KubeObject | undefined): void {
    const { name = "", namespace, labels } = metadata;
    const where = (type.namespaced ? namespace : labels?.[LABEL.nodeNamespace]) ?? "";
    this.#changes.set(where, (this.#changes.get(where) ?? 0) + 1);
    const objects = this.#objects.get(where) ?? new Map<string, Held>();
    this.#objects.set(where, objects);
    if (now === undefined) objects.delete(`${type.kind}/${name}`);
    else objects.set(`${type.kind}/${name}`, { type, object: completed(type, now) });
  }

  async synced(): Promise<void> {
    await Promise.all(this.#informers.map(({ informer }) => informer.synced));
  }

  /** How many changes of objects of this fleet were seen so far. */
  changes({ namespace, beside }: FleetPlace): number {
    return (this.#changes.get(namespace) ?? 0) + (this.#changes.get(beside) ?? 0);
  }

  /** Takes in the answer of the campaign's own write. */
  observe(type: ResourceType, object: KubeObject): void {
    this.#informers.find((each) => each.type === type)?.informer.observe(object);
  }

  take({ namespace, beside }: FleetPlace): Picture {
    const all = [namespace, beside].flatMap((name) => [...this.#objects.get(name)?.values() ?? []]);
    const of = (type: ResourceType) => all.flatMap((each) => each.type === type ? [each.object] : []);
    const labelled = all.filter(({ type }) => CHILDREN.includes(type));
    const isOrphan = ({ metadata }: KubeObject) => metadata.labels?.[LABEL.orphaned] !== undefined;
    return {
      hub: of(HUBS).map(this.#hub)[0],
      forms: of(FORMS).map(this.#form),
      nodes: of(NODES).map(this.#node),
      children: new Map(
        labelled.filter(({ object }) =>
          !isOrphan(object) && object.metadata.labels?.[LABEL.nodeNamespace] === namespace
        ).map(({ type, object: { metadata }, object }) => [
          childKey(type.kind, metadata.namespace, metadata.name),
          object,
        ]),
      ),
      orphans: labelled.filter(({ object }) => isOrphan(object)),
      objects: all.map(({ object }) => object),
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#informers.map(({ informer }) => informer.stop()));
  }
}

import { parse } from "yaml";
import { RESOURCE_ARRAYS } from "../../src/api/resource.ts";
import type { KubeClient } from "../../src/kube/client.ts";
import { createDiscovery } from "../../src/kube/discovery.ts";
import type { KubeObject, OwnerReference } from "../../src/kube/object.ts";
import { until } from "./cluster_objects.ts";
import { formerCrds } from "./former_crds.ts";

/** Server-side applies of the Go implementation, and everything else that it writes (compat.md 2.5). */
const APPLY = "lynq-operator";
const UPDATE = "manager";

const API = "operator.lynq.sh/v1";

/** One child as the Go implementation wrote it. */
export interface FormerChild {
  readonly object: KubeObject;
  readonly strategy?: "apply" | "merge" | "replace";
  readonly retain?: true;
  readonly once?: true;
}

export interface FormerNode {
  readonly namespace: string;
  readonly hub: string;
  readonly form: string;
  readonly uid: string;
  readonly extra: Readonly<Record<string, string>>;
  /** The form's arrays with rendered nameTemplate, labelsTemplate and annotationsTemplate. */
  readonly arrays: Readonly<Record<string, unknown>>;
  readonly appliedResources: readonly string[];
  readonly children: readonly FormerChild[];
}

/** Writes what the Go implementation v1.1.20 leaves in a cluster, under its managers, by the facts of compat.md. */
export class FormerCluster {
  readonly #client: KubeClient;
  readonly #discovery: ReturnType<typeof createDiscovery>;

  constructor(client: KubeClient) {
    this.#client = client;
    this.#discovery = createDiscovery({ client });
  }

  /** Its CustomResourceDefinitions in place of whatever is there, and the API server serving them. */
  async installKinds(): Promise<void> {
    for (const crd of formerCrds()) {
      const ref = await this.#refOf(crd as unknown as KubeObject);
      const live = await this.#client.get(ref).catch(() => undefined);
      if (live === undefined) {
        await this.#client.create(ref.type, crd as unknown as KubeObject, { fieldManager: "helm" });
      } else await this.#client.update(ref, { ...live, spec: crd["spec"] }, { fieldManager: "helm" });
    }
    await until("the schema of the Go implementation to be published", async () => {
      const document = await this.#client.raw("/openapi/v3/apis/operator.lynq.sh/v1");
      return !JSON.stringify(document).includes("revisionHistoryLimit");
    });
  }

  /** The hub with its finalizer and the form, as they are after some passes. */
  async writeHubAndForm(yaml: { readonly hub: string; readonly form: string }): Promise<void> {
    const hub = parse(yaml.hub) as KubeObject;
    const metadata = { ...hub.metadata, finalizers: ["lynq.sh/hub-finalizer"] };
    await this.#create({ ...hub, metadata }, "kubectl-client-side-apply");
    await this.#create(parse(yaml.form) as KubeObject, "kubectl-client-side-apply");
    await this.#status(hub, {
      observedGeneration: 1,
      referencingTemplates: 1,
      desired: 1,
      ready: 1,
      conditions: [condition("Ready", "DatabaseConnected")],
    });
    await this.#status(parse(yaml.form) as KubeObject, {
      observedGeneration: 1,
      totalNodes: 1,
      readyNodes: 1,
      conditions: [condition("Valid", "ValidationPassed"), condition("Applied", "AllNodesReady")],
    });
  }

  /** A LynqNode with its arrays, annotations and status, and all of its children. */
  async writeNode(of: FormerNode): Promise<KubeObject> {
    const hub = await this.#client.get(await this.#refOf(named("LynqHub", of.namespace, of.hub)));
    const node = await this.#create(nodeObject(of, hub.metadata.uid ?? ""), UPDATE);
    for (const child of of.children) await this.writeChild(node, child);
    const desired = RESOURCE_ARRAYS.flatMap((array) => (of.arrays[array] ?? []) as unknown[]).length;
    await this.#status(node, {
      observedGeneration: 1,
      desiredResources: desired,
      readyResources: desired,
      appliedResources: of.appliedResources,
      lastFullReconcileAt: NOW,
      conditions: [condition("Ready", "Reconciled"), condition("Degraded", "Healthy", "False")],
    });
    return node;
  }

  async writeChild(node: KubeObject, child: FormerChild): Promise<void> {
    const object = childObject(node, child);
    if ((child.strategy ?? "apply") === "apply") {
      await this.#client.apply(await this.#refOf(object), object, { fieldManager: APPLY });
    } else await this.#create(object, UPDATE);
  }

  /** The list of a node's objects alone, as its first pass leaves it. */
  async writeApplied(node: KubeObject, appliedResources: readonly string[]): Promise<void> {
    await this.#status(node, { appliedResources });
  }

  /** Any object under any manager's name. */
  async write(object: KubeObject, manager: string): Promise<KubeObject> {
    return await this.#create(object, manager);
  }

  async merge(object: KubeObject, body: unknown, manager: string): Promise<void> {
    await this.#client.patch(await this.#refOf(object), { type: "merge", body }, { fieldManager: manager });
  }

  async #create(object: KubeObject, manager: string): Promise<KubeObject> {
    const { type } = await this.#refOf(object);
    return await this.#client.create(type, object, { fieldManager: manager });
  }

  async #status(object: KubeObject, status: unknown): Promise<void> {
    const options = { fieldManager: UPDATE, subresource: "status" as const };
    await this.#client.patch(await this.#refOf(object), { type: "merge", body: { status } }, options);
  }

  async #refOf({ apiVersion = "", kind = "", metadata }: KubeObject) {
    const type = await until(`${apiVersion} ${kind} to be served`, async () => {
      const found = await this.#discovery.resolve(apiVersion, kind);
      if (found.kind === "absent") this.#discovery.invalidate();
      return found.kind === "found" ? found.type : undefined;
    });
    return { type, name: metadata.name ?? "", namespace: metadata.namespace };
  }
}

const NOW = "2026-01-01T00:00:00Z";

function named(kind: string, namespace: string, name: string): KubeObject {
  return { apiVersion: API, kind, metadata: { namespace, name } };
}

function condition(type: string, reason: string, status = "True") {
  return { type, reason, status, message: reason, lastTransitionTime: NOW };
}

function nodeObject(of: FormerNode, hubUid: string): KubeObject {
  return {
    apiVersion: API,
    kind: "LynqNode",
    metadata: {
      name: `${of.uid}-${of.form}`,
      namespace: of.namespace,
      labels: { "lynq.sh/hub": of.hub, "lynq.sh/uid": of.uid },
      annotations: {
        "lynq.sh/hostOrUrl": "",
        "lynq.sh/activate": "1",
        "lynq.sh/extra": JSON.stringify(of.extra),
        "lynq.sh/hubId": of.hub,
        "lynq.sh/template-generation": "1",
        "lynq.sh/rollout-update-start": NOW,
      },
      finalizers: ["lynqnode.operator.lynq.sh/finalizer"],
      ownerReferences: [ownerReference("LynqHub", of.hub, hubUid)],
    },
    spec: { uid: of.uid, templateRef: of.form, ...of.arrays },
  };
}

/** Metadata as compat.md 2.3 and 2.4 assemble it. */
function childObject(node: KubeObject, { object, retain, once }: FormerChild): KubeObject {
  const { name = "", namespace = "", uid = "" } = node.metadata;
  const apart = object.kind === "Namespace" || object.metadata.namespace !== namespace;
  const tracked = apart || retain === true;
  const labels = {
    ...object.metadata.labels,
    ...(tracked ? { "lynq.sh/node": name, "lynq.sh/node-namespace": namespace } : {}),
  };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      annotations: {
        ...object.metadata.annotations,
        "lynq.sh/deletion-policy": retain === true ? "Retain" : "Delete",
        ...(once === true ? { "lynq.sh/created-once": "true" } : {}),
        "lynq.sh/applied-hash": "0123456789abcdef",
        "lynq.sh/apply-start-time": "2026-01-01T00:00:00.123456789Z",
      },
      ...(tracked ? {} : { ownerReferences: [ownerReference("LynqNode", name, uid)] }),
    },
  };
}

function ownerReference(kind: string, name: string, uid: string): OwnerReference {
  return { apiVersion: API, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

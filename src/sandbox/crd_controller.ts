import type { KubeObject } from "../kube/object.ts";
import { type Cluster, internalWrite, timeText } from "./cluster.ts";
import { deleteObject } from "./delete_object.ts";
import { at, isObject, type JsonObject, listAt, objectAt, sameJson, textAt } from "./json.ts";
import type { Schedule } from "./schedule.ts";
import {
  type CustomVersion,
  type PrinterColumn,
  type ScalePaths,
  type ServedResource,
  storedVerbs,
} from "./served_resource.ts";
import type { StoredEvent } from "./storage.ts";
import { applyDefaults } from "./structural_schema.ts";
import { storeChange } from "./write_object.ts";

const crdStore = "apiextensions.k8s.io/customresourcedefinitions";
const cleanup = "customresourcecleanup.apiextensions.k8s.io";

/** Serves what CustomResourceDefinitions define: at once, with `Established`; deletes the instances of a deleted one. */
export class CrdController {
  readonly #cluster: Cluster;
  readonly #schedule: Schedule;
  readonly #unsubscribe: () => void;

  constructor(cluster: Cluster, schedule: Schedule) {
    this.#cluster = cluster;
    this.#schedule = schedule;
    this.#unsubscribe = cluster.storage.subscribe((event) => this.#observe(event));
  }

  stop(): void {
    this.#unsubscribe();
  }

  #observe(event: StoredEvent): void {
    if (event.store === crdStore) return this.#observeDefinition(event);
    if (event.type !== "DELETED") return;
    const [group, plural] = event.store.split("/");
    const definition = this.#cluster.storage.get(crdStore, `${plural}.${group}`);
    if (definition?.metadata.deletionTimestamp !== undefined) {
      this.#schedule.after(0, () => this.#cleanUp(definition));
    }
  }

  #observeDefinition(event: StoredEvent): void {
    if (event.type === "DELETED") return this.#cluster.registry.setCustom(event.key, []);
    const current = this.#cluster.storage.get(crdStore, event.key);
    if (current === undefined) return;
    this.#cluster.registry.setCustom(event.key, servedResources(this.#cluster, current));
    if (current.metadata.deletionTimestamp !== undefined) {
      this.#schedule.after(0, () => this.#cleanUp(current));
      return;
    }
    const next = established(current, timeText(this.#cluster.clock()));
    if (!sameJson(next, current)) this.#cluster.storage.put(crdStore, event.key, next);
  }

  /** Deletes every instance; the definition goes when none is left. */
  #cleanUp(seen: KubeObject): void {
    const { storage, registry } = this.#cluster;
    const key = seen.metadata.name ?? "";
    const live = storage.get(crdStore, key);
    if (live === undefined || live.metadata.uid !== seen.metadata.uid) return;
    const resource = registry.ofStore(storeOf(live));
    const instances = storage.list(storeOf(live)).map(([, object]) => object);
    for (const object of instances) {
      if (resource === undefined || object.metadata.deletionTimestamp !== undefined) continue;
      const target = {
        resource,
        namespace: object.metadata.namespace,
        name: object.metadata.name ?? "",
        subresource: "",
      };
      deleteObject(this.#cluster, target, {
        propagation: "Background",
        graceSeconds: undefined,
        uid: undefined,
        resourceVersion: undefined,
        dryRun: false,
      });
    }
    if (storage.list(storeOf(live)).length > 0) return;
    const { finalizers = [], ...metadata } = live.metadata;
    const kept = finalizers.filter((finalizer) => finalizer !== cleanup);
    storeChange(this.#cluster, {
      resource: registry.builtin("apiextensions.k8s.io", "customresourcedefinitions"),
      namespace: undefined,
      name: key,
      subresource: "",
    }, {
      live,
      next: { ...live, metadata: { ...metadata, ...(kept.length > 0 ? { finalizers: kept } : {}) } },
      options: internalWrite("kube-apiserver"),
      tracked: false,
    });
  }
}

function storeOf(definition: KubeObject): string {
  return `${textAt(definition, "spec", "group")}/${textAt(definition, "spec", "names", "plural")}`;
}

/** The definition with its finalizer and the status of one that is served. */
function established(definition: KubeObject, now: string): KubeObject {
  const { finalizers = [] } = definition.metadata;
  const versions = listAt(definition, "spec", "versions");
  const storage = textAt(versions.find((version) => at(version, "storage") === true), "name");
  const before = listAt(definition, "status", "conditions");
  const storedVersions = listAt(definition, "status", "storedVersions").map(String);
  return {
    ...definition,
    metadata: {
      ...definition.metadata,
      finalizers: finalizers.includes(cleanup) ? finalizers : [...finalizers, cleanup],
    },
    status: {
      acceptedNames: objectAt(definition, "spec", "names"),
      conditions: before.length > 0 ? before : [
        condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
        condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now),
      ],
      storedVersions: storedVersions.includes(storage) ? storedVersions : [...storedVersions, storage],
    },
  };
}

function condition(...[type, reason, message, now]: readonly [string, string, string, string]): JsonObject {
  return { type, status: "True", lastTransitionTime: now, reason, message };
}

function servedResources(cluster: Cluster, definition: KubeObject): readonly ServedResource[] {
  const spec = objectAt(definition, "spec");
  const storage = textAt(listAt(spec, "versions").find((version) => at(version, "storage") === true), "name");
  return listAt(spec, "versions").filter((version) => at(version, "served") === true)
    .map((version) => servedVersion(cluster, spec, { version, storage }));
}

function servedVersion(
  cluster: Cluster,
  spec: JsonObject,
  from: { version: unknown; storage: string },
): ServedResource {
  const { version, storage } = from;
  const custom = customVersion(version, storage);
  const names = objectAt(spec, "names");
  const type = {
    group: textAt(spec, "group"),
    version: textAt(version, "name"),
    kind: textAt(names, "kind"),
    plural: textAt(names, "plural"),
  };
  const hasStatus = isObject(at(version, "subresources", "status"));
  return {
    ...type,
    namespaced: textAt(spec, "scope") === "Namespaced",
    singular: textAt(names, "singular"),
    listKind: textAt(names, "listKind"),
    shortNames: listAt(names, "shortNames").map(String),
    categories: listAt(names, "categories").map(String),
    subresources: [...(custom.scale === undefined ? [] : ["scale"]), ...(hasStatus ? ["status"] : [])],
    verbs: storedVerbs,
    store: `${type.group}/${type.plural}`,
    fields: cluster.fields.crd({
      ...type,
      schema: custom.schema,
      preserveUnknownFields: at(spec, "preserveUnknownFields") === true,
      statusSubresource: hasStatus,
      defaults: (object) => {
        const defaulted = applyDefaults(custom.schema, object);
        return isObject(defaulted) ? { ...defaulted, metadata: object.metadata } : object;
      },
    }),
    custom,
  };
}

function customVersion(version: unknown, storageVersion: string): CustomVersion {
  const kind = at(version, "deprecated") === true;
  return {
    schema: objectAt(version, "schema", "openAPIV3Schema"),
    columns: listAt(version, "additionalPrinterColumns").filter(isColumn),
    scale: scalePaths(at(version, "subresources", "scale")),
    selectableFields: listAt(version, "selectableFields").map((field) =>
      textAt(field, "jsonPath").replace(/^\./, "")
    ),
    deprecationWarning: kind
      ? textAt(version, "deprecationWarning") || `version ${textAt(version, "name")} is deprecated`
      : undefined,
    storageVersion,
  };
}

function isColumn(value: unknown): value is PrinterColumn {
  return isObject(value) && typeof value.name === "string" && typeof value.type === "string" &&
    typeof value.jsonPath === "string";
}

function scalePaths(value: unknown): ScalePaths | undefined {
  if (!isObject(value)) return undefined;
  const labelSelectorPath = textAt(value, "labelSelectorPath");
  return {
    specReplicasPath: textAt(value, "specReplicasPath"),
    statusReplicasPath: textAt(value, "statusReplicasPath"),
    ...(labelSelectorPath === "" ? {} : { labelSelectorPath }),
  };
}

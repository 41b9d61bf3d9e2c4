import { RESOURCE_ARRAYS } from "../../src/api/resource.ts";

/** The CustomResourceDefinitions of the Go implementation v1.1.20 (compat.md 1.1 to 1.5): what a cluster has before ours. */
export function formerCrds(): Record<string, unknown>[] {
  return [
    definition("LynqHub", { spec: hubSpec, status: hubStatus }),
    definition("LynqForm", { spec: formSpec, status: formStatus }),
    definition("LynqNode", { spec: nodeSpec, status: nodeStatus }),
  ];
}

const text = { type: "string" };
const int32 = { type: "integer", format: "int32" };
const texts = { type: "object", additionalProperties: text };
const textList = { type: "array", items: text };
const time = { type: "string", format: "date-time" };

/** No list type: the whole list is one field to server-side apply. */
const conditions = {
  type: "array",
  items: {
    type: "object",
    required: ["lastTransitionTime", "message", "reason", "status", "type"],
    properties: {
      lastTransitionTime: time,
      message: { type: "string", maxLength: 32768 },
      observedGeneration: { type: "integer", format: "int64", minimum: 0 },
      reason: {
        type: "string",
        minLength: 1,
        maxLength: 1024,
        pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
      },
      status: { type: "string", enum: ["True", "False", "Unknown"] },
      type: { type: "string", maxLength: 316 },
    },
  },
};

const resource = {
  type: "object",
  required: ["id", "spec"],
  properties: {
    id: text,
    spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    dependIds: textList,
    skipOnDependencyFailure: { type: "boolean", default: true },
    creationPolicy: { type: "string", enum: ["Once", "WhenNeeded"], default: "WhenNeeded" },
    deletionPolicy: { type: "string", enum: ["Delete", "Retain"], default: "Delete" },
    conflictPolicy: { type: "string", enum: ["Force", "Stuck"], default: "Stuck" },
    nameTemplate: text,
    targetNamespace: text,
    labelsTemplate: texts,
    annotationsTemplate: texts,
    waitForReady: { type: "boolean", default: true },
    timeoutSeconds: { ...int32, minimum: 1, maximum: 3600, default: 300 },
    patchStrategy: { type: "string", enum: ["apply", "merge", "replace"], default: "apply" },
    ignoreFields: textList,
  },
};

function arrays(list: Record<string, unknown>): Record<string, unknown> {
  const array = { type: "array", items: resource, ...list };
  return Object.fromEntries(RESOURCE_ARRAYS.map((name) => [name, array]));
}

const hubSpec = {
  type: "object",
  required: ["source", "valueMappings"],
  properties: {
    source: {
      type: "object",
      required: ["syncInterval", "type"],
      properties: {
        type: { type: "string", enum: ["mysql"] },
        syncInterval: { type: "string", default: "30s", pattern: "^[0-9]+(s|m|h)$" },
        mysql: {
          type: "object",
          required: ["database", "host", "port", "table", "username"],
          properties: {
            host: text,
            port: { ...int32, default: 3306, minimum: 1, maximum: 65535 },
            username: text,
            passwordRef: { type: "object", required: ["key", "name"], properties: { name: text, key: text } },
            database: text,
            table: text,
          },
        },
      },
    },
    valueMappings: {
      type: "object",
      required: ["activate", "uid"],
      properties: { uid: text, activate: text, hostOrUrl: text },
    },
    extraValueMappings: texts,
  },
};

const counts = (...names: string[]) => Object.fromEntries(names.map((name) => [name, int32]));
const observedGeneration = { type: "integer", format: "int64" };

const hubStatus = {
  type: "object",
  properties: {
    observedGeneration,
    ...counts("referencingTemplates", "desired", "ready", "failed"),
    conditions,
  },
};

const formSpec = {
  type: "object",
  required: ["hubId"],
  properties: {
    hubId: {
      ...text,
      "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "hubId is immutable" }],
    },
    ...arrays({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["id"] }),
    rollout: {
      type: "object",
      properties: {
        maxSkew: { ...int32, default: 0, minimum: 0 },
        progressDeadlineSeconds: { ...int32, default: 600, minimum: 60, maximum: 3600 },
      },
    },
  },
};

const formStatus = {
  type: "object",
  properties: {
    observedGeneration,
    ...counts("totalNodes", "readyNodes"),
    rollout: {
      type: "object",
      properties: {
        phase: { type: "string", enum: ["Idle", "InProgress", "Failed", "Complete"] },
        targetGeneration: observedGeneration,
        ...counts("totalNodes", "updatedNodes", "updatingNodes", "readyUpdatedNodes"),
        startTime: time,
        completionTime: time,
        message: text,
      },
    },
    conditions,
  },
};

const nodeSpec = {
  type: "object",
  required: ["templateRef", "uid"],
  properties: { uid: text, templateRef: text, ...arrays({}) },
};

const nodeStatus = {
  type: "object",
  properties: {
    observedGeneration,
    ...counts("desiredResources", "readyResources", "failedResources", "skippedResources"),
    skippedResourceIds: textList,
    appliedResources: textList,
    lastFullReconcileAt: time,
    conditions,
  },
};

function definition(
  kind: string,
  { spec, status }: { spec: unknown; status: unknown },
): Record<string, unknown> {
  const singular = kind.toLowerCase();
  const meta = { apiVersion: text, kind: text, metadata: { type: "object" } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${singular}s.operator.lynq.sh`,
      annotations: { "controller-gen.kubebuilder.io/version": "v0.18.0" },
    },
    spec: {
      group: "operator.lynq.sh",
      scope: "Namespaced",
      names: { kind, listKind: `${kind}List`, plural: `${singular}s`, singular },
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: "object", properties: { ...meta, spec, status } } },
      }],
    },
  };
}

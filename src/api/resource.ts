import { z } from "zod";
import { int32, openObject, textMap } from "./primitives.ts";

/** One resource of a form: a template of one Kubernetes object and how it is handled. */
export const resource = z.object({
  id: z.string().min(1).max(253).meta({
    description: "Name of this resource within the form, unique over all arrays.",
  }),
  spec: openObject.meta({
    description:
      "The whole object: apiVersion, kind, optional metadata, body. Every string in it is a template.",
  }),
  dependIds: z.array(z.string()).optional().meta({
    description: "Ids that must be ready first, from any array of the form.",
  }),
  skipOnDependencyFailure: z.boolean().default(true).meta({
    description: "Leave this resource out while one that it depends on has failed.",
  }),
  creationPolicy: z.enum(["Once", "WhenNeeded"]).default("WhenNeeded").meta({
    description: "Once: written a single time, later edits of form and row don't touch it.",
  }),
  deletionPolicy: z.enum(["Delete", "Retain"]).default("Delete").meta({
    description: "What happens when the node goes or the resource leaves the form.",
  }),
  conflictPolicy: z.enum(["Force", "Stuck"]).default("Stuck").meta({
    description: "Stuck: what somebody else manages is left alone and reported. Force: taken over.",
  }),
  nameTemplate: z.string().optional().meta({
    description: "Template of metadata.name; when empty, spec.metadata.name is used.",
  }),
  targetNamespace: z.string().optional().meta({
    description: "Template of the namespace; when empty, the LynqNode's own.",
  }),
  namespaceTemplate: z.string().optional().meta({ description: "Another spelling of targetNamespace." }),
  labelsTemplate: textMap.optional().meta({
    description: "Labels whose values are templates, merged over spec.metadata.labels.",
  }),
  annotationsTemplate: textMap.optional().meta({
    description: "Annotations whose values are templates, merged over spec.metadata.annotations.",
  }),
  waitForReady: z.boolean().default(true).meta({
    description: "Count as ready, and release what depends on it, only once the object is ready.",
  }),
  timeoutSeconds: int32({ min: 1, max: 3600 }).default(300).meta({
    description: "How long to wait for readiness before the resource counts as failed.",
    format: "int32",
  }),
  patchStrategy: z.enum(["apply", "merge", "replace"]).default("apply").meta({
    description: "How an object is written: server-side apply, JSON merge patch, or PUT.",
  }),
  ignoreFields: z.array(z.string()).optional().meta({
    description: "JSONPaths of fields that are written at creation and then left to others.",
  }),
  includeWhen: z.string().optional().meta({
    description: "Template that gives true or false; with false the node does without this resource.",
  }),
  readyWhen: z.string().optional().meta({
    description:
      "CEL expression over `object` that says when the object is ready, in place of its kind's rule.",
  }),
  driftPolicy: z.enum(["Correct", "Report"]).default("Correct").meta({
    description: "Correct: what others change of our fields is put back. Report: it is told and left.",
  }),
  recreateOnImmutable: z.boolean().default(false).meta({
    description: "Delete the object and make it anew where a change is refused since its field is immutable.",
  }),
  sharing: z.enum(["Exclusive", "Shared"]).optional().meta({
    description: "Shared: several nodes may declare the object, and the last one deletes it. " +
      "When empty, a Namespace is shared among the nodes of one uid, and everything else is exclusive.",
  }),
}).meta({
  "x-kubernetes-validations": [{
    rule: "!has(self.targetNamespace) || !has(self.namespaceTemplate)",
    message: "targetNamespace and namespaceTemplate are two spellings of one field: set one of them",
  }, {
    rule:
      "!has(self.sharing) || self.sharing != 'Shared' || !has(self.patchStrategy) || self.patchStrategy == 'apply'",
    message: "sharing: Shared needs patchStrategy: apply, which keeps the fields of several nodes apart",
  }],
});

export type Resource = z.infer<typeof resource>;

/** The sixteen arrays of a form in their canonical order. Which one an entry is in has no effect. */
export const RESOURCE_ARRAYS = [
  "serviceAccounts",
  "deployments",
  "statefulSets",
  "daemonSets",
  "services",
  "ingresses",
  "configMaps",
  "secrets",
  "persistentVolumeClaims",
  "jobs",
  "cronJobs",
  "podDisruptionBudgets",
  "networkPolicies",
  "horizontalPodAutoscalers",
  "namespaces",
  "manifests",
] as const;

export type ResourceArray = typeof RESOURCE_ARRAYS[number];

/** The arrays as an object shape; `item` carries what an array's entries are. */
export function resourceArrays<T extends z.ZodType>(array: T): Record<ResourceArray, T> {
  return Object.fromEntries(RESOURCE_ARRAYS.map((name) => [name, array])) as Record<ResourceArray, T>;
}

export type ResourceArrays = { readonly [name in ResourceArray]?: readonly Resource[] | undefined };

/** One entry of the arrays with the place it was found at, `deployments[0]`. */
export interface PlacedResource {
  readonly resource: Resource;
  readonly place: string;
}

/** All entries in canonical order. */
export function collectResources(arrays: ResourceArrays): PlacedResource[] {
  return RESOURCE_ARRAYS.flatMap((name) =>
    (arrays[name] ?? []).map((resource, index) => ({ resource, place: `${name}[${index}]` }))
  );
}

import { z } from "zod";
import { UNTYPED } from "./structural_schema.ts";
import { accountName, conditions, dateTime, int32, int64, textMap } from "./primitives.ts";
import { pause } from "./pause.ts";
import { resource, resourceArrays } from "./resource.ts";

export const nodeSpec = z.object({
  uid: z.string().meta({ description: "The row's uid." }),
  templateRef: z.string().meta({ description: "Name of the form." }),
  hubId: z.string().optional().meta({ description: "Name of the hub." }),
  revision: z.string().optional().meta({
    description: "ControllerRevision of the form that this node follows.",
  }),
  values: textMap.optional().meta({ description: "The row's values by template variable." }),
  sensitive: z.object({
    part: z.enum(["a", "b"]).meta({ description: "The key of the node's Secret that holds the values." }),
    hashes: textMap.meta({ description: "Keyed hashes of the values, by template variable." }),
  }).optional().meta({ description: "Values of the row that are in the Secret <node>-lynq-sensitive." }),
  serviceAccountName: accountName.optional().meta({
    description:
      "ServiceAccount of the node's namespace that its resources are written, read and deleted as; " +
      "its hub's, so that it is known when the hub is gone.",
  }),
  ...pause,
  ...resourceArrays(
    z.array(resource).optional().meta({
      description: "Resources written here win over the form's revision.",
    }),
  ),
});

/** Where one resource of a node stands. */
export const RESOURCE_STATES = [
  "Waiting",
  "Progressing",
  "Ready",
  "Failed",
  "Conflicted",
  "Skipped",
  "Deleting",
] as const;

/** What is known of one child: what was applied, and how it does. Written last, so that a restart compares and writes nothing. */
export const resourceRecord = z.object({
  id: z.string(),
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  state: z.enum(RESOURCE_STATES),
  reason: z.string().optional(),
  message: z.string().optional(),
  since: dateTime.optional().meta({ description: "When the state was entered." }),
  uid: z.string().optional().meta({ description: "UID of the object, once it is ours." }),
  hash: z.string().optional().meta({ description: "Hash of the rendered object that was applied last." }),
  inputs: z.string().optional().meta({ description: "Hash of what that object was rendered from." }),
  entry: z.string().optional().meta({
    description: "Hash of our managedFields entry as that write left it.",
  }),
  appliedAt: dateTime.optional().meta({ description: "When it was written last; the readiness clock." }),
  wave: int32().optional().meta({ description: "Depth in the dependency graph." }),
  deletionPolicy: z.enum(["Delete", "Retain"]).optional(),
  once: z.boolean().optional().meta({
    description: "Created under creationPolicy Once; never written again.",
  }),
  shared: z.boolean().optional().meta({ description: "Other nodes may have claims on the object too." }),
  fields: z.string().optional().meta({
    description: "Hashes of the paths of the fields that were ours after the last write.",
  }),
  drifted: z.string().optional().meta({
    description: "Hash of our managedFields entry as somebody else left it, where that is reported and kept.",
  }),
  account: z.string().optional().meta({
    description:
      "ServiceAccount that wrote the object last or was seen to have the right to; else the operator's own.",
  }),
  refused: z.string().optional().meta({
    description: "Hash of the rendered object that was refused since it changes an immutable field.",
  }),
  renderedAt: dateTime.optional().meta({ description: "The time that templates got from `now`." }),
  seed: z.string().optional().meta({
    description: "Fingerprint of the seed that its random values were derived from.",
  }),
  values: z.string().optional().meta({
    description: "Hash of the templates of its random values and of the variables in them.",
  }),
});

export const nodeStatus = z.object({
  observedGeneration: int64().optional(),
  desiredResources: int32().optional(),
  readyResources: int32().optional(),
  failedResources: int32().optional(),
  skippedResources: int32().optional(),
  conflictedResources: int32().optional(),
  skippedResourceIds: z.array(z.string()).optional(),
  excludedResourceIds: z.array(z.string()).optional().meta({
    description: "Resources that includeWhen leaves out.",
  }),
  appliedResources: z.array(z.string()).optional().meta({
    description: "Kind/namespace/name@id of each object that this node owns.",
  }),
  resources: z.array(resourceRecord).optional().meta({
    description:
      "What the operator knows of each resource: id, kind and name, its state since when and why, and hashes " +
      "of what was applied last.",
    [UNTYPED]: true,
  }),
  lastFullReconcileAt: dateTime.optional(),
  conditions,
});

export type NodeSpec = z.infer<typeof nodeSpec>;
export type NodeStatus = z.infer<typeof nodeStatus>;
export type ResourceRecord = z.infer<typeof resourceRecord>;
export type ResourceState = typeof RESOURCE_STATES[number];

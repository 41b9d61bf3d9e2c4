import { z } from "zod";
import { conditions, dateTime, int32, int64 } from "./primitives.ts";
import { resource, resourceArrays } from "./resource.ts";

const entries = z.array(resource).meta({
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["id"],
}).optional();

export const formSpec = z.object({
  hubId: z.string().min(1).meta({
    description: "Name of the hub whose rows this form is multiplied with, in the same namespace.",
    "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "hubId is immutable" }],
  }),
  ...resourceArrays(entries),
  rollout: z.object({
    maxSkew: int32({ min: 0 }).default(0).meta({
      description: "How many nodes may be updating at once; 0 is unlimited.",
      format: "int32",
    }),
    progressDeadlineSeconds: int32({ min: 60, max: 3600 }).default(600),
  }).optional(),
});

export const ROLLOUT_PHASES = ["Idle", "InProgress", "Failed", "Complete"] as const;

export const formStatus = z.object({
  observedGeneration: int64().optional(),
  currentRevision: z.string().optional().meta({
    description: "ControllerRevision of the last valid generation, which the nodes follow.",
  }),
  totalNodes: int32().optional(),
  readyNodes: int32().optional(),
  rollout: z.object({
    phase: z.enum(ROLLOUT_PHASES).optional(),
    targetGeneration: int64().optional(),
    totalNodes: int32().optional(),
    updatedNodes: int32().optional(),
    updatingNodes: int32().optional(),
    readyUpdatedNodes: int32().optional(),
    startTime: dateTime.optional(),
    completionTime: dateTime.optional(),
    message: z.string().optional(),
  }).optional(),
  conditions,
});

export type FormSpec = z.infer<typeof formSpec>;
export type FormStatus = z.infer<typeof formStatus>;

import { z } from "zod";
import { conditions, dateTime, int32, int64 } from "./primitives.ts";
import { pause } from "./pause.ts";
import { resource, resourceArrays } from "./resource.ts";

const entries = z.array(resource).meta({
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["id"],
}).optional();

const rolloutOrder = z.object({
  label: z.string().min(1).optional().meta({ description: "Label of the LynqNodes to go by." }),
  value: z.string().min(1).optional().meta({ description: "Variable of the row to go by." }),
  first: z.array(z.string()).min(1).meta({
    description:
      "Its values in the order that they go first; each group is ready before the next one begins.",
  }),
}).meta({
  description: "Which nodes get a new generation first.",
  "x-kubernetes-validations": [{
    rule: "has(self.label) != has(self.value)",
    message: "set one of rollout.order.label and rollout.order.value",
  }],
});

const failureBudget = z.object({
  minCount: int32({ min: 0 }).default(3),
  maxPercent: int32({ min: 0, max: 100 }).default(5),
}).meta({
  description:
    "A rollout stops once more nodes have failed on the new generation than the larger of the two allows.",
});

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
    progressDeadlineSeconds: int32({ min: 60, max: 3600 }).default(600).meta({
      description: "How long a rollout may make no progress before it has failed and stops.",
    }),
    order: rolloutOrder.optional(),
    failureBudget: failureBudget.optional(),
    revision: z.string().min(1).optional().meta({
      description:
        "Name or number of the ControllerRevision that the nodes are to follow, in place of the present generation.",
    }),
  }).optional(),
  revisionHistoryLimit: int32({ min: 0 }).default(10).meta({
    description: "How many revisions that no node follows are kept to go back to.",
  }),
  deletionGuard: z.object({
    enabled: z.boolean().default(true),
    maxPercent: int32({ min: 0, max: 100 }).default(20).meta({
      description: "Share of the form's nodes that a new generation may delete objects of without approval.",
    }),
    minCount: int32({ min: 1 }).default(3).meta({
      description: "Of so many nodes it may without approval, whatever their share.",
    }),
  }).optional().meta({
    description:
      "Where it is set, a generation that would delete objects of many nodes waits until a person approves it.",
  }),
  mode: z.enum(["Apply", "DryRun"]).default("Apply").meta({
    description:
      "DryRun: a new generation is tried on the API server and reported in status; nothing is written.",
  }),
  ...pause,
});

export const ROLLOUT_PHASES = ["Idle", "InProgress", "Failed", "Complete"] as const;

export const formStatus = z.object({
  observedGeneration: int64().optional(),
  currentRevision: z.string().optional().meta({
    description: "ControllerRevision of the last valid generation, which the nodes follow.",
  }),
  progress: z.object({
    startTime: dateTime.optional().meta({ description: "When the nodes began to follow currentRevision." }),
    progressTime: dateTime.optional().meta({ description: "When a node last became ready on it." }),
    readyNodes: int32().optional().meta({ description: "Nodes that were ready on it then." }),
    completionTime: dateTime.optional().meta({ description: "When no node was left to move." }),
    baselineTime: dateTime.optional().meta({
      description: "What was not ready since before this time has not failed by the revision.",
    }),
  }).optional().meta({ description: "How far currentRevision has come: the clock of its deadline." }),
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
    progressTime: dateTime.optional().meta({ description: "When a node last became ready on the revision." }),
    failedNodes: int32().optional().meta({ description: "Nodes that failed on the revision." }),
    revision: z.string().optional().meta({ description: "ControllerRevision that is rolled out." }),
    message: z.string().optional(),
  }).optional(),
  deletions: z.object({
    hash: z.string().meta({ description: "Over the sorted names of the objects, for this generation." }),
    marks: z.string().meta({ description: "Six characters an object." }),
  }).optional().meta({ description: "What the present generation would delete, which waits for approval." }),
  dryRun: z.object({
    generation: int64().optional(),
    nodes: int32().optional().meta({ description: "Nodes that were tried." }),
    creates: int32().optional(),
    changes: int32().optional(),
    deletes: int32().optional(),
    unchanged: int32().optional(),
    failures: int32().optional(),
    sample: z.array(z.string()).optional().meta({ description: "The first of them, a line each." }),
    time: dateTime.optional(),
  }).optional().meta({ description: "What the present generation would do, in mode DryRun." }),
  conditions,
});

export type FormSpec = z.infer<typeof formSpec>;
export type FormStatus = z.infer<typeof formStatus>;

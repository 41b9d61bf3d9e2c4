import { asList, asMap } from "./apply_typed.ts";
import { type DefaultRules, type Fields, under } from "./schema_default_rules.ts";

/** The defaults of `apps/v1`, `batch/v1` and `autoscaling`: their `defaults.go` of Kubernetes 1.34. */
export const WORKLOAD_DEFAULTS: DefaultRules = {
  "apps.v1.Deployment": (object) =>
    inSpec(object, (spec) => ({
      ...under(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }),
      strategy: rolling(spec["strategy"], { maxUnavailable: "25%", maxSurge: "25%" }),
    })),
  "apps.v1.DaemonSet": (object) =>
    inSpec(object, (spec) => ({
      ...under(spec, { revisionHistoryLimit: 10 }),
      updateStrategy: rolling(spec["updateStrategy"], { maxUnavailable: 1, maxSurge: 0 }),
    })),
  "apps.v1.ReplicaSet": (object) => inSpec(object, (spec) => under(spec, { replicas: 1 })),
  "apps.v1.StatefulSet": (object) => inSpec(object, statefulSetSpec),
  "batch.v1.Job": (object) => jobLabels(inSpec(object, jobSpec)),
  "batch.v1.CronJob": (object) =>
    inSpec(object, (spec) =>
      under(spec, {
        concurrencyPolicy: "Allow",
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
      })),
  "batch.v1.PodFailurePolicyOnPodConditionsPattern": (pattern) => under(pattern, { status: "True" }),
  "autoscaling.v1.HorizontalPodAutoscaler": (object) =>
    inSpec(object, (spec) => under(spec, { minReplicas: 1 })),
  "autoscaling.v2.HorizontalPodAutoscaler": (object) => inSpec(object, autoscalerSpec),
};

function inSpec(object: Fields, change: (spec: Fields) => Fields): Fields {
  return { ...object, spec: change(asMap(object["spec"]) ?? {}) };
}

function rolling(strategy: unknown, update: Fields): Fields {
  const typed = under(asMap(strategy) ?? {}, { type: "RollingUpdate" });
  if (typed["type"] !== "RollingUpdate") return typed;
  return { ...typed, rollingUpdate: under(asMap(typed["rollingUpdate"]) ?? {}, update) };
}

function statefulSetSpec(spec: Fields): Fields {
  const given = asMap(spec["updateStrategy"]) ?? {};
  const typed = given["type"] === undefined
    ? { ...given, type: "RollingUpdate", rollingUpdate: given["rollingUpdate"] ?? {} }
    : given;
  const update = asMap(typed["rollingUpdate"]);
  const strategy = typed["type"] === "RollingUpdate" && update !== undefined
    ? { ...typed, rollingUpdate: under(update, { partition: 0 }) }
    : typed;
  const claims = asList(spec["volumeClaimTemplates"])?.map((claim) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    ...asMap(claim),
  }));
  return {
    ...under(spec, { podManagementPolicy: "OrderedReady", replicas: 1, revisionHistoryLimit: 10 }),
    updateStrategy: strategy,
    persistentVolumeClaimRetentionPolicy: under(asMap(spec["persistentVolumeClaimRetentionPolicy"]) ?? {}, {
      whenDeleted: "Retain",
      whenScaled: "Retain",
    }),
    ...(claims === undefined ? {} : { volumeClaimTemplates: claims }),
  };
}

function jobSpec(spec: Fields): Fields {
  const both = spec["completions"] === undefined && spec["parallelism"] === undefined;
  return under(both ? { ...spec, completions: 1 } : spec, {
    parallelism: 1,
    backoffLimit: spec["backoffLimitPerIndex"] === undefined ? 6 : 2 ** 31 - 1,
    completionMode: "NonIndexed",
    suspend: false,
    podReplacementPolicy: spec["podFailurePolicy"] === undefined ? "TerminatingOrFailed" : "Failed",
    manualSelector: false,
  });
}

/** A Job without labels takes those of its pods. */
function jobLabels(job: Fields): Fields {
  const metadata = asMap(job["metadata"]) ?? {};
  const template = asMap(asMap(asMap(job["spec"])?.["template"])?.["metadata"]) ?? {};
  const labels = asMap(template["labels"]);
  if (labels === undefined || Object.keys(asMap(metadata["labels"]) ?? {}).length > 0) return job;
  return { ...job, metadata: { ...metadata, labels } };
}

const CPU_AT_80 = {
  type: "Resource",
  resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } },
};

const SCALE_UP = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [{ type: "Pods", value: 4, periodSeconds: 15 }, {
    type: "Percent",
    value: 100,
    periodSeconds: 15,
  }],
};

const SCALE_DOWN = { selectPolicy: "Max", policies: [{ type: "Percent", value: 100, periodSeconds: 15 }] };

function autoscalerSpec(spec: Fields): Fields {
  const behavior = asMap(spec["behavior"]);
  return {
    ...under(spec, { minReplicas: 1, metrics: [CPU_AT_80] }),
    ...(behavior === undefined ? {} : {
      behavior: {
        ...behavior,
        scaleUp: { ...SCALE_UP, ...asMap(behavior["scaleUp"]) },
        scaleDown: { ...SCALE_DOWN, ...asMap(behavior["scaleDown"]) },
      },
    }),
  };
}

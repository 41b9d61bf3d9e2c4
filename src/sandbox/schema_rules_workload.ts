import { asList, asMap } from "./apply_typed.ts";
import {
  type Fields,
  negativeCauses,
  type Rule,
  type RuleCause,
  type Rules,
  textOf,
} from "./schema_rule_parts.ts";
import { forbiddenValue, invalidValue, requiredValue, unsupportedValue } from "./status_error.ts";

/** Rules of `apps/v1`, `batch/v1` and `autoscaling`, in the words of Kubernetes 1.34. */
export const WORKLOAD_RULES: Rules = {
  "apps.v1.DeploymentSpec": (spec, at) => replicatedCauses(spec, at, "deployment"),
  "apps.v1.ReplicaSetSpec": (spec, at) => replicatedCauses(spec, at, "deployment"),
  "apps.v1.StatefulSetSpec": (spec, at) => replicatedCauses(spec, at, "statefulset"),
  "apps.v1.DaemonSetSpec": (spec, at) => replicatedCauses(spec, at, "daemonset"),
  "apps.v1.DeploymentStrategy": (strategy, at) =>
    strategy["type"] === "Recreate" && strategy["rollingUpdate"] !== undefined
      ? [forbiddenValue(`${at}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")]
      : [],
  "apps.v1.DeploymentStatus": statusCauses,
  "batch.v1.JobSpec": jobCauses,
  "batch.v1.CronJobSpec": (spec, at) =>
    textOf(spec, "schedule") === "" ? [requiredValue(`${at}.schedule`)] : scheduleCauses(spec, at),
  "autoscaling.v1.HorizontalPodAutoscalerSpec": autoscalerCauses,
  "autoscaling.v2.HorizontalPodAutoscalerSpec": autoscalerCauses,
};

function replicatedCauses(spec: Fields, at: string, what: string): readonly RuleCause[] {
  const template = asMap(spec["template"]) ?? {};
  const pod = asMap(template["spec"]) ?? {};
  const restart = textOf(pod, "restartPolicy");
  return [
    ...negativeCauses(`${at}.replicas`, spec["replicas"]),
    ...selectorCauses(spec, at, what),
    ...(restart === "" || restart === "Always"
      ? []
      : [unsupportedValue(`${at}.template.spec.restartPolicy`, restart, ["Always"])]),
    ...negativeCauses(`${at}.minReadySeconds`, spec["minReadySeconds"]),
  ];
}

function selectorCauses(spec: Fields, at: string, what: string): readonly RuleCause[] {
  const selector = asMap(spec["selector"]);
  const labels = asMap(asMap(asMap(spec["template"])?.["metadata"])?.["labels"]);
  const mismatch = invalidValue(
    `${at}.template.metadata.labels`,
    labels ?? null,
    "`selector` does not match template `labels`",
  );
  if (selector === undefined) return [requiredValue(`${at}.selector`), mismatch];
  const wanted = asMap(selector["matchLabels"]) ?? {};
  const expressions = asList(selector["matchExpressions"]) ?? [];
  if (Object.keys(wanted).length === 0 && expressions.length === 0) {
    return [invalidValue(`${at}.selector`, selector, `empty selector is invalid for ${what}`)];
  }
  const matches = Object.entries(wanted).every(([key, value]) => labels?.[key] === value) &&
    expressions.every((expression) => matchesExpression(asMap(expression) ?? {}, labels ?? {}));
  return matches ? [] : [mismatch];
}

function matchesExpression(expression: Fields, labels: Fields): boolean {
  const value = labels[textOf(expression, "key")];
  const values = asList(expression["values"]) ?? [];
  switch (expression["operator"]) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    default:
      return value === undefined;
  }
}

const BELOW_REPLICAS = ["updatedReplicas", "readyReplicas", "availableReplicas"];

function statusCauses(status: Fields, at: string): readonly RuleCause[] {
  const count = (name: string) => Number(status[name] ?? 0);
  const above = BELOW_REPLICAS.filter((name) => count(name) > count("replicas"))
    .map((name) => invalidValue(`${at}.${name}`, count(name), "cannot be greater than status.replicas"));
  return count("availableReplicas") > count("readyReplicas")
    ? [
      ...above,
      invalidValue(
        `${at}.availableReplicas`,
        count("availableReplicas"),
        "cannot be greater than readyReplicas",
      ),
    ]
    : above;
}

function jobCauses(spec: Fields, at: string): readonly RuleCause[] {
  const restart = textOf(asMap(asMap(spec["template"])?.["spec"]) ?? {}, "restartPolicy");
  const field = `${at}.template.spec.restartPolicy`;
  return [
    ...["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"]
      .flatMap((name) => negativeCauses(`${at}.${name}`, spec[name])),
    ...(restart === "Always" ? [requiredValue(field, 'valid values: "OnFailure", "Never"')] : []),
  ];
}

const CRON_MACROS = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

const scheduleCauses: Rule = (spec, at) => {
  const schedule = textOf(spec, "schedule");
  if (CRON_MACROS.includes(schedule) || /^@every \S+$/.test(schedule)) return [];
  const fields = schedule.trim().split(/\s+/);
  if (fields.length === 5) return [];
  const found = `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`;
  return [invalidValue(`${at}.schedule`, schedule, found)];
};

function autoscalerCauses(spec: Fields, at: string): readonly RuleCause[] {
  const [min, max] = [Number(spec["minReplicas"] ?? 1), Number(spec["maxReplicas"] ?? 0)];
  const target = asMap(spec["scaleTargetRef"]) ?? {};
  return [
    ...(min < 1 ? [invalidValue(`${at}.minReplicas`, min, "must be greater than or equal to 1")] : []),
    ...(max < 1 ? [invalidValue(`${at}.maxReplicas`, max, "must be greater than 0")] : []),
    ...(max < min
      ? [invalidValue(`${at}.maxReplicas`, max, "must be greater than or equal to `minReplicas`")]
      : []),
    ...["kind", "name"].flatMap((name) =>
      textOf(target, name) === "" ? [requiredValue(`${at}.scaleTargetRef.${name}`)] : []
    ),
    ...(textOf(target, "apiVersion") === "" && textOf(target, "kind") !== "ReplicationController"
      ? [invalidValue(`${at}.scaleTargetRef.apiVersion`, "", "apiVersion must specify API group")]
      : []),
  ];
}

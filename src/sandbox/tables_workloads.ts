import type { KubeObject } from "../kube/object.ts";
import { at, listAt, numberAt, textAt } from "./json.ts";
import { ageOf, humanDuration, labelText, orNone, selectorText } from "./table_cells.ts";
import {
  ageColumn,
  countColumn,
  nameColumn,
  type TableColumn,
  templateColumns,
  textColumn,
  wideColumn,
} from "./table_column.ts";

const selectorColumn = wideColumn("Selector", (object) => selectorText(at(object, "spec", "selector")));

function status(field: string): (object: KubeObject) => number {
  return (object) => numberAt(object, "status", field) ?? 0;
}

/** Columns of apps, batch, autoscaling and policy, by `group/plural`. */
export const workloadTables: Readonly<Record<string, readonly TableColumn[]>> = {
  "apps/controllerrevisions": [
    nameColumn,
    textColumn("Controller", controllerText),
    textColumn("Revision", (object) => String(numberAt(object, "revision") ?? 0)),
    ageColumn,
  ],
  "apps/daemonsets": [
    nameColumn,
    countColumn("Desired", status("desiredNumberScheduled")),
    countColumn("Current", status("currentNumberScheduled")),
    countColumn("Ready", status("numberReady")),
    countColumn("Up-to-date", status("updatedNumberScheduled")),
    countColumn("Available", status("numberAvailable")),
    textColumn("Node Selector", (object) => labelText(object, "spec", "template", "spec", "nodeSelector")),
    ageColumn,
    ...templateColumns("spec", "template"),
    selectorColumn,
  ],
  "apps/deployments": [
    nameColumn,
    textColumn("Ready", readyOfDesired),
    textColumn("Up-to-date", status("updatedReplicas")),
    textColumn("Available", status("availableReplicas")),
    ageColumn,
    ...templateColumns("spec", "template"),
    selectorColumn,
  ],
  "apps/replicasets": [
    nameColumn,
    countColumn("Desired", (object) => numberAt(object, "spec", "replicas") ?? 0),
    countColumn("Current", status("replicas")),
    countColumn("Ready", status("readyReplicas")),
    ageColumn,
    ...templateColumns("spec", "template"),
    selectorColumn,
  ],
  "apps/statefulsets": [
    nameColumn,
    textColumn("Ready", readyOfDesired),
    ageColumn,
    ...templateColumns("spec", "template"),
  ],
  "batch/cronjobs": [
    nameColumn,
    textColumn("Schedule", (job) => textAt(job, "spec", "schedule")),
    textColumn("Timezone", (job) => orNone(textAt(job, "spec", "timeZone"))),
    {
      name: "Suspend",
      type: "boolean",
      cell: (job) => at(job, "spec", "suspend") === true ? "True" : "False",
    },
    countColumn("Active", (job) => listAt(job, "status", "active").length),
    {
      name: "Last Schedule",
      type: "string",
      cell: (job, now) => {
        const last = textAt(job, "status", "lastScheduleTime");
        return last === "" ? "<none>" : ageOf(last, now);
      },
    },
    ageColumn,
    ...templateColumns("spec", "jobTemplate", "spec", "template"),
    wideColumn("Selector", (job) => selectorText(at(job, "spec", "jobTemplate", "spec", "selector"))),
  ],
  "batch/jobs": [
    nameColumn,
    textColumn("Status", jobStatus),
    textColumn("Completions", jobCompletions),
    { name: "Duration", type: "string", cell: jobDuration },
    ageColumn,
    ...templateColumns("spec", "template"),
    selectorColumn,
  ],
  "autoscaling/horizontalpodautoscalers": [
    nameColumn,
    textColumn("Reference", (object) => {
      const reference = at(object, "spec", "scaleTargetRef");
      return `${textAt(reference, "kind")}/${textAt(reference, "name")}`;
    }),
    textColumn("Targets", autoscalerTargets),
    textColumn("MinPods", (object) => String(numberAt(object, "spec", "minReplicas") ?? "<unset>")),
    textColumn("MaxPods", (object) => numberAt(object, "spec", "maxReplicas") ?? 0),
    textColumn("Replicas", status("currentReplicas")),
    ageColumn,
  ],
  "policy/poddisruptionbudgets": [
    nameColumn,
    textColumn("Min Available", (object) => String(at(object, "spec", "minAvailable") ?? "N/A")),
    textColumn("Max Unavailable", (object) => String(at(object, "spec", "maxUnavailable") ?? "N/A")),
    countColumn("Allowed Disruptions", status("disruptionsAllowed")),
    ageColumn,
  ],
};

function controllerText(object: KubeObject): string {
  const owner = object.metadata.ownerReferences?.find((one) => one.controller === true);
  if (owner === undefined) return "<none>";
  const group = owner.apiVersion.includes("/") ? `.${owner.apiVersion.split("/")[0]}` : "";
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}

function readyOfDesired(object: KubeObject): string {
  return `${numberAt(object, "status", "readyReplicas") ?? 0}/${numberAt(object, "spec", "replicas") ?? 0}`;
}

function jobCondition(job: KubeObject, type: string): boolean {
  return listAt(job, "status", "conditions").some((one) =>
    at(one, "type") === type && at(one, "status") === "True"
  );
}

function jobStatus(job: KubeObject): string {
  if (jobCondition(job, "Complete")) return "Complete";
  if (jobCondition(job, "Failed")) return "Failed";
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  if (jobCondition(job, "Suspended")) return "Suspended";
  if (jobCondition(job, "FailureTarget")) return "FailureTarget";
  return jobCondition(job, "SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
}

function jobCompletions(job: KubeObject): string {
  const succeeded = numberAt(job, "status", "succeeded") ?? 0;
  const wanted = numberAt(job, "spec", "completions");
  if (wanted !== undefined) return `${succeeded}/${wanted}`;
  const parallelism = numberAt(job, "spec", "parallelism") ?? 1;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: KubeObject, now: Date): string {
  const start = textAt(job, "status", "startTime");
  if (start === "") return "";
  const end = textAt(job, "status", "completionTime");
  return humanDuration((end === "" ? now.getTime() : Date.parse(end)) - Date.parse(start));
}

function autoscalerTargets(object: KubeObject): string {
  const metrics = listAt(object, "spec", "metrics");
  const cpu = numberAt(object, "spec", "targetCPUUtilizationPercentage");
  if (cpu !== undefined) return `cpu: <unknown>/${cpu}%`;
  const shown = metrics.map((metric) => {
    const name = textAt(metric, "resource", "name");
    const percent = numberAt(metric, "resource", "target", "averageUtilization");
    return percent === undefined ? `${name}: <unknown>` : `${name}: <unknown>/${percent}%`;
  });
  return orNone(shown.join(", "));
}

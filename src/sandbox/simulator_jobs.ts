import type { KubeObject } from "../kube/object.ts";
import { at, type JsonObject, listAt, numberAt, objectAt, textAt } from "./json.ts";
import { isReady, podOf } from "./simulator_pods.ts";
import { conditionOf, type Workbench } from "./simulator_workbench.ts";

const store = "batch/jobs";
const pods = "/pods";

function inPhase(list: readonly KubeObject[], phase: string): number {
  return list.filter((pod) => textAt(pod, "status", "phase") === phase).length;
}

/** One look at a Job: pods until enough have succeeded or too many have failed. */
export function reconcileJob(bench: Workbench, key: string): void {
  const job = bench.get(store, key);
  if (job === undefined || job.metadata.deletionTimestamp !== undefined || isFinished(job)) return;
  if (at(job, "spec", "suspend") === true) return suspend(bench, job);
  const owned = bench.owned(job, pods);
  const completions = numberAt(job, "spec", "completions") ?? 1;
  const parallelism = numberAt(job, "spec", "parallelism") ?? 1;
  const [succeeded, failed] = [inPhase(owned, "Succeeded"), inPhase(owned, "Failed")];
  const over = failed > (numberAt(job, "spec", "backoffLimit") ?? 6);
  const done = succeeded >= completions;
  const active = owned.filter((pod) => !["Succeeded", "Failed"].includes(textAt(pod, "status", "phase")));
  if (done || over) { for (const pod of active) bench.delete(pods, pod); }
  else {
    const wanted = Math.min(parallelism, completions - succeeded);
    for (let count = active.length; count < wanted; count++) createPod(bench, job);
  }
  writeStatus(bench, key, { succeeded, failed, done, over });
}

function isFinished(job: KubeObject): boolean {
  return listAt(job, "status", "conditions").some((one) =>
    (at(one, "type") === "Complete" || at(one, "type") === "Failed") && at(one, "status") === "True"
  );
}

function suspend(bench: Workbench, job: KubeObject): void {
  for (const pod of bench.owned(job, pods)) bench.delete(pods, pod);
  const before = listAt(job, "status", "conditions");
  const next = {
    type: "Suspended",
    status: "True",
    reason: "JobSuspended",
    message: "Job suspended",
  } as const;
  bench.setStatus(store, job, { conditions: [conditionOf(before, next, bench.now())] });
}

function createPod(bench: Workbench, job: KubeObject): void {
  const { name = "", uid = "" } = job.metadata;
  const labels = {
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
  const pod = bench.create(
    pods,
    podOf(job, objectAt(job, "spec", "template"), { generateName: `${name}-`, labels }),
  );
  if (pod === undefined) return;
  bench.tell(job, {
    type: "Normal",
    reason: "SuccessfulCreate",
    message: `Created pod: ${pod.metadata.name}`,
    component: "job-controller",
  });
}

function writeStatus(
  bench: Workbench,
  key: string,
  counts: { succeeded: number; failed: number; done: boolean; over: boolean },
): void {
  const job = bench.get(store, key);
  if (job === undefined) return;
  const now = bench.now();
  const active = bench.owned(job, pods).filter((pod) =>
    pod.metadata.deletionTimestamp === undefined &&
    !["Succeeded", "Failed"].includes(textAt(pod, "status", "phase"))
  );
  const ended = counts.done || counts.over;
  const status: JsonObject = {
    startTime: textAt(job, "status", "startTime") || now,
    ...(active.length > 0 && !ended ? { active: active.length } : {}),
    ready: ended ? 0 : active.filter(isReady).length,
    ...(counts.succeeded > 0 ? { succeeded: counts.succeeded } : {}),
    ...(counts.failed > 0 ? { failed: counts.failed } : {}),
    terminating: 0,
    uncountedTerminatedPods: {},
    ...(counts.done ? { completionTime: now } : {}),
    ...(ended ? { conditions: endConditions(counts.done, now) } : {}),
  };
  bench.setStatus(store, job, status);
  if (counts.done) {
    bench.tell(job, {
      type: "Normal",
      reason: "Completed",
      message: "Job completed",
      component: "job-controller",
    });
  } else if (counts.over) {
    const message = "Job has reached the specified backoff limit";
    bench.tell(job, {
      type: "Warning",
      reason: "BackoffLimitExceeded",
      message,
      component: "job-controller",
    });
  }
}

function endConditions(done: boolean, now: string): readonly JsonObject[] {
  const times = { status: "True", lastProbeTime: now, lastTransitionTime: now };
  if (done) {
    const why = { reason: "CompletionsReached", message: "Reached expected number of succeeded pods" };
    return [{ type: "SuccessCriteriaMet", ...times, ...why }, { type: "Complete", ...times, ...why }];
  }
  const why = { reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" };
  return [{ type: "FailureTarget", ...times, ...why }, { type: "Failed", ...times, ...why }];
}

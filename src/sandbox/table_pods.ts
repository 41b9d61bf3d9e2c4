import type { KubeObject } from "../kube/object.ts";
import { at, listAt, numberAt, textAt } from "./json.ts";

/** `1/2`: ready containers of all. */
export function podReadiness(pod: KubeObject): string {
  const statuses = listAt(pod, "status", "containerStatuses");
  const ready = statuses.filter((status) => at(status, "ready") === true).length;
  return `${ready}/${listAt(pod, "spec", "containers").length}`;
}

export function podRestarts(pod: KubeObject): string {
  const counts = listAt(pod, "status", "containerStatuses").map((status) =>
    numberAt(status, "restartCount") ?? 0
  );
  return String(counts.reduce((sum, count) => sum + count, 0));
}

/** The word of `kubectl get pods`: the phase, or why a container is not as the phase says. */
export function podStatusText(pod: KubeObject): string {
  let text = textAt(pod, "status", "reason") || textAt(pod, "status", "phase");
  let running = false;
  for (const status of [...listAt(pod, "status", "containerStatuses")].reverse()) {
    const waiting = textAt(status, "state", "waiting", "reason");
    const ended = at(status, "state", "terminated");
    if (waiting !== "") text = waiting;
    else if (ended !== undefined) {
      text = textAt(ended, "reason") || `ExitCode:${numberAt(ended, "exitCode") ?? 0}`;
    } else if (at(status, "ready") === true && at(status, "state", "running") !== undefined) running = true;
  }
  if (text === "Completed" && running) text = podIsReady(pod) ? "Running" : "NotReady";
  return pod.metadata.deletionTimestamp === undefined ? text : "Terminating";
}

function podIsReady(pod: KubeObject): boolean {
  return listAt(pod, "status", "conditions").some((one) =>
    at(one, "type") === "Ready" && at(one, "status") === "True"
  );
}

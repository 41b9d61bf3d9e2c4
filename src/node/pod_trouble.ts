import type { KubeObject } from "../kube/object.ts";
import { explain, list, record, statusOf, textOf } from "./status_fields.ts";

/** Why a container of a pod will hardly come to run. */
export interface PodTrouble {
  /** The kubelet's word for it: `ImagePullBackOff`. */
  readonly reason: string;
  /** `container app: ImagePullBackOff: Back-off pulling image "app:1"`. */
  readonly message: string;
  /** Trying again can't mend it. */
  readonly hopeless: boolean;
}

/** What the kubelet keeps trying: somebody else may mend it, so it only counts when it lasts. */
const RETRIED: ReadonlySet<string> = new Set([
  "ImagePullBackOff",
  "ErrImagePull",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "CrashLoopBackOff",
]);

const HOPELESS: ReadonlySet<string> = new Set(["InvalidImageName"]);

/** The reasons that a workload fails with for its pods' sake. */
export function isPodTrouble(reason: string): boolean {
  return RETRIED.has(reason) || HOPELESS.has(reason);
}

/** The first container, init containers before the others, that waits for one of these reasons. */
export function podTrouble(pod: KubeObject): PodTrouble | undefined {
  const status = statusOf(pod);
  const containers = [...list(status["initContainerStatuses"]), ...list(status["containerStatuses"])];
  for (const container of containers.map(record)) {
    const waiting = record(record(container["state"])["waiting"]);
    const reason = textOf(waiting["reason"]);
    if (!isPodTrouble(reason)) continue;
    const message = `container ${textOf(container["name"])}: ${explain(waiting) ?? reason}`;
    return { reason, message, hopeless: HOPELESS.has(reason) };
  }
  return undefined;
}

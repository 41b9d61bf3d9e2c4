import { API_VERSION, GROUP } from "../api/labels.ts";
import { parseNamespacedName } from "../api/resource_key.ts";
import type { ControllerObserver } from "../controller/controller.ts";
import { KubeError } from "../kube/error.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { reconcileFields } from "../telemetry/reconcile_fields.ts";

/** Turns what a controller tells into logs and metrics. */
export function observeController(
  of: { controller: "lynqhub" | "lynqform" | "lynqnode"; kind: string; concurrency: number },
  to: { log: Log; metrics: Metrics },
): ControllerObserver {
  const { controller, kind } = of;
  const { metrics, log } = to;
  const series = metrics.controller(controller, of.concurrency);
  return {
    ...series,
    finished: (result, seconds) => {
      series.finished(result, seconds);
      if (controller === "lynqnode") {
        metrics.nodeReconciled(result === "error" ? "error" : "success", seconds);
      }
    },
    failed: (key, error, retryMs) => {
      const { namespace, name } = parseNamespacedName(key);
      const reconcileID = crypto.randomUUID();
      const fields = reconcileFields({ controller, group: GROUP, kind, namespace, name, reconcileID });
      // A conflict is the expected end of a race; the next try reads anew.
      if (error instanceof KubeError && error.status === 409) {
        log.debug("Conflict, reconciling again", { ...fields, retryMs, apiVersion: API_VERSION });
      } else log.error("Reconciler error", { ...fields, retryMs, error });
    },
  };
}

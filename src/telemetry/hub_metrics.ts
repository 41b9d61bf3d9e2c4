import { Gauge, type Registry } from "prom-client";
import type { HubCounts, ObjectName, RolloutGauges } from "./metrics.ts";

const PHASES = { Idle: 0, InProgress: 1, Failed: 2, Complete: 3 } as const;

/** The `hub_*`, `lynqform_paused` and `lynqform_rollout_*` series. */
export class HubMetrics {
  readonly #desired: Gauge<"hub" | "namespace">;
  readonly #ready: Gauge<"hub" | "namespace">;
  readonly #failed: Gauge<"hub" | "namespace">;
  readonly #quarantined: Gauge<"hub" | "namespace">;
  readonly #deletionsHeld: Gauge<"hub" | "namespace">;
  readonly #creationsHeld: Gauge<"hub" | "namespace">;
  readonly #hubPaused: Gauge<"hub" | "namespace">;
  readonly #formPaused: Gauge<"form" | "namespace">;
  readonly #updating: Gauge<"form" | "namespace">;
  readonly #phase: Gauge<"form" | "namespace">;
  readonly #progress: Gauge<"form" | "namespace">;

  constructor(registry: Registry) {
    const registers = [registry];
    const hubGauge = (name: string, help: string) =>
      new Gauge({ name, help, labelNames: ["hub", "namespace"], registers });
    const formGauge = (name: string, help: string) =>
      new Gauge({ name, help, labelNames: ["form", "namespace"], registers });
    this.#desired = hubGauge("hub_desired", "LynqNodes that a hub wants.");
    this.#ready = hubGauge("hub_ready", "LynqNodes of a hub that are ready.");
    this.#failed = hubGauge("hub_failed", "LynqNodes of a hub that failed.");
    this.#quarantined = hubGauge("hub_quarantined", "Rows of a hub that can't be provisioned as they are.");
    this.#deletionsHeld = hubGauge(
      "hub_deletions_held",
      "LynqNodes of a hub whose deletion waits for approval.",
    );
    this.#creationsHeld = hubGauge(
      "hub_creations_held",
      "LynqNodes of a hub whose creation waits for approval.",
    );
    this.#hubPaused = hubGauge("hub_paused", "Whether a hub is paused: 1 now, 0 not.");
    this.#formPaused = formGauge("lynqform_paused", "Whether a form is paused: 1 now, 0 not.");
    this.#updating = formGauge("lynqform_rollout_updating_nodes", "LynqNodes that a rollout is updating.");
    this.#phase = formGauge(
      "lynqform_rollout_phase",
      "Phase of a rollout: 0 Idle, 1 InProgress, 2 Failed, 3 Complete.",
    );
    this.#progress = formGauge("lynqform_rollout_progress", "Progress of a rollout in percent.");
  }

  status(hub: ObjectName, counts: HubCounts): void {
    const labels = { hub: hub.name, namespace: hub.namespace };
    this.#desired.set(labels, counts.desired);
    this.#ready.set(labels, counts.ready);
    this.#failed.set(labels, counts.failed);
    this.#quarantined.set(labels, counts.quarantined ?? 0);
    this.#deletionsHeld.set(labels, counts.deletionsHeld ?? 0);
    if (counts.creationsHeld !== undefined) this.#creationsHeld.set(labels, counts.creationsHeld);
    this.#hubPaused.set(labels, counts.paused === true ? 1 : 0);
  }

  forget(hub: ObjectName): void {
    const labels = { hub: hub.name, namespace: hub.namespace };
    const counts = [this.#desired, this.#ready, this.#failed, this.#quarantined, this.#hubPaused].concat(
      this.#deletionsHeld,
      this.#creationsHeld,
    );
    for (const gauge of counts) gauge.remove(labels);
  }

  formPaused(form: ObjectName, paused: boolean): void {
    this.#formPaused.set({ form: form.name, namespace: form.namespace }, paused ? 1 : 0);
  }

  forgetForm(form: ObjectName): void {
    this.#formPaused.remove({ form: form.name, namespace: form.namespace });
  }

  rollout(form: ObjectName, of: RolloutGauges): void {
    const labels = { form: form.name, namespace: form.namespace };
    this.#updating.set(labels, of.updatingNodes);
    this.#phase.set(labels, PHASES[of.phase]);
    this.#progress.set(labels, of.progress);
  }

  forgetRollout(form: ObjectName): void {
    const labels = { form: form.name, namespace: form.namespace };
    for (const gauge of [this.#updating, this.#phase, this.#progress]) gauge.remove(labels);
  }
}

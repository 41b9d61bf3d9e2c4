import type { Readiness } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { explain, phaseIs, progressing, READY, specOf, statusOf, textOf } from "./status_fields.ts";

/**
 * A claim is ready when it is bound. One that is pending may count as ready all the same: its class tells, where it has
 * one that makes volumes (`""` is none, and a claim that names its volume is bound to it at once).
 */
export function claimReadiness(object: KubeObject): Readiness {
  const status = statusOf(object);
  if (status["phase"] === "Lost") {
    return { kind: "failed", reason: "ClaimLost", message: "the volume of this claim is gone" };
  }
  const readiness = phaseIs(object, "Bound");
  if (readiness.kind !== "progressing") return readiness;
  const name = className(object);
  if (name === "" || textOf(specOf(object)["volumeName"]) !== "") return readiness;
  return { ...readiness, clue: { kind: "storageClass", name } };
}

const BETA_CLASS = "volume.beta.kubernetes.io/storage-class";

/** The older annotation precedes the field, as in Kubernetes. */
function className(object: KubeObject): string | undefined {
  const named = object.metadata.annotations?.[BETA_CLASS] ?? specOf(object)["storageClassName"];
  return typeof named === "string" ? named : undefined;
}

/** A volume is ready for a claim, or has one. One whose claim is gone takes no other. */
export function volumeReadiness(object: KubeObject): Readiness {
  const { phase, reason, message } = statusOf(object);
  switch (phase) {
    case "Available":
    case "Bound":
      return READY;
    case "Failed":
      return {
        kind: "failed",
        reason: "VolumeFailed",
        message: `the volume failed: ${explain({ reason, message }) ?? "no reason given"}`,
      };
    default:
      return progressing(`phase is ${textOf(phase) || "not set"}`);
  }
}

import { createHash } from "node:crypto";
import type { FormSpec } from "../api/form.ts";
import { LABEL } from "../api/labels.ts";
import { RESOURCE_ARRAYS, type ResourceArrays } from "../api/resource.ts";
import type { StoredForm } from "../api/stored.ts";
import type { KubeObject } from "../kube/object.ts";

/** A form's resource arrays: what a revision keeps. */
export function arraysOf(spec: FormSpec): ResourceArrays {
  return Object.fromEntries(
    RESOURCE_ARRAYS.flatMap((name) => spec[name] === undefined ? [] : [[name, spec[name]]]),
  );
}

/**
 * The ControllerRevision of a form's present generation. Its name holds a hash of the resource arrays, so that the same
 * arrays are the same revision however often the form goes back and forth. It has no owner: nodes that follow it
 * outlive their form until they are finalized.
 */
export function formRevision(form: StoredForm): KubeObject {
  const arrays = arraysOf(form.spec);
  return {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      name: revisionName(form.name, arrays),
      namespace: form.namespace,
      labels: { [LABEL.form]: labelOf(form.name) },
      annotations: { "lynq.sh/form": form.name },
    },
    data: arrays,
    revision: form.generation,
  };
}

const NAME_LIMIT = 253;

export function revisionName(form: string, arrays: ResourceArrays): string {
  const hash = createHash("sha256").update(sortedJson(arrays)).digest("hex").slice(0, 10);
  return `${form.slice(0, NAME_LIMIT - hash.length - 1).replace(/[^a-z0-9]+$/, "")}-${hash}`;
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** A label value has at most 63 characters; the annotation holds the whole name. */
function labelOf(form: string): string {
  return form.slice(0, 63).replace(/[^A-Za-z0-9]+$/, "");
}

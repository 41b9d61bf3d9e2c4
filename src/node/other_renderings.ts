import { isDeepStrictEqual } from "node:util";
import type { Sharer } from "../api/claimant.ts";
import type { ObjectPath } from "../api/givens.ts";
import type { OpenedValues } from "../api/sensitive.ts";
import type { DesiredObject, Variables } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { toDesiredObject } from "./desired_object.ts";
import { valueAt } from "./object_path.ts";
import type { PreparedResource } from "./prepared_form.ts";
import { seedOfText } from "./random_stream.ts";

/** So many that one of two random values is hardly ever the same in all of them. */
const RENDERINGS = 12;

const YEAR_MS = 365 * 24 * 3_600_000;

/**
 * Tells whether a field of an object would be another with another seed at another time. A template that may be random
 * need not be for this row: `{{ .password | default (randAlphaNum 16) }}` is what the row says where it says something.
 */
export function variesOf(
  resource: PreparedResource,
  { node, variables, sensitive }: {
    node: Sharer;
    variables: Variables;
    sensitive?: OpenedValues | undefined;
  },
  desired: DesiredObject,
): (path: ObjectPath) => boolean {
  const others: (KubeObject | undefined)[] = [];
  const other = (n: number) => {
    const sources = {
      seed: seedOfText(`other ${n}`, node),
      now: new Date((n + 1) * YEAR_MS),
      leaveKeys: true,
      sensitive,
    };
    const rendered = resource.render(node, variables, sources);
    if (rendered.kind === "unrendered") return undefined;
    return toDesiredObject(rendered, desired.type, node).object;
  };
  return (path) => {
    const given = valueAt(desired.object, path, desired.object);
    for (let n = 0; n < RENDERINGS; n++) {
      if (n === others.length) others.push(other(n));
      const object = others[n];
      if (object === undefined || !isDeepStrictEqual(valueAt(object, path, object), given)) return true;
    }
    return false;
  };
}

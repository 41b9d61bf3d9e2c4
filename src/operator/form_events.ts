import { API_VERSION } from "../api/labels.ts";
import type { EventInput, EventRecorder, EventRegarding } from "../telemetry/events.ts";
import type { NodeCache, SharedCaches } from "./caches.ts";

/** Where nodes tell what happened: what many nodes of one form tell is told on the form. */
export function eventsByForm(
  { options, caches }: {
    readonly options: { readonly events: EventRecorder };
    readonly caches: Pick<SharedCaches, "forms">;
  },
  nodes: Pick<NodeCache, "get">,
): EventRecorder {
  const formOf = ({ regarding: { kind, namespace, name } }: EventInput): EventRegarding | undefined => {
    const node = kind === "LynqNode" ? nodes.get(`${namespace}/${name}`)?.value : undefined;
    const form = node && caches.forms.get(`${node.namespace}/${node.spec.templateRef}`)?.value;
    if (form === undefined) return undefined;
    return {
      apiVersion: API_VERSION,
      kind: "LynqForm",
      namespace: form.namespace,
      name: form.name,
      uid: form.uid,
    };
  };
  return { record: (event) => options.events.record({ ...event, group: formOf(event) }) };
}

import { API_VERSION } from "../api/labels.ts";
import type { EventInput, EventRecorder, EventRegarding } from "../telemetry/events.ts";
import type { SharedCaches } from "./caches.ts";

/** Where nodes tell what happened: what many nodes of one form tell is told on the form. */
export function eventsByForm(
  events: EventRecorder,
  forms: Pick<SharedCaches["forms"], "get">,
): EventRecorder {
  const groupOf = ({ regarding, form }: EventInput): EventRegarding | undefined => {
    const found = form === undefined ? undefined : forms.get(`${regarding.namespace}/${form}`)?.value;
    if (found === undefined) return undefined;
    const { namespace, name, uid } = found;
    return { apiVersion: API_VERSION, kind: "LynqForm", namespace, name, uid };
  };
  return { record: (event) => events.record({ ...event, group: groupOf(event) }) };
}

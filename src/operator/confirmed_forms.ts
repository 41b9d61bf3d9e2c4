import type { SharedCaches } from "./caches.ts";

/** By key of a form, the state of it that the API server confirmed last; an entry goes with its form. */
export function confirmedForms(forms: Pick<SharedCaches["forms"], "subscribe">): Map<string, string> {
  const confirmed = new Map<string, string>();
  forms.subscribe((event) => {
    if (event.kind === "deleted") confirmed.delete(event.was.key);
  });
  return confirmed;
}

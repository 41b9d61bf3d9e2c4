import { Limit } from "../controller/limit.ts";
import { Pace } from "../controller/pace.ts";
import { arraysOf } from "../form/revision.ts";
import type { FormWorld, TrialOf } from "../form/world.ts";
import { previewDeletions, previewForm } from "../node/preview.ts";
import type { NodeWorld } from "../node/world.ts";
import { type Caches, valuesBy } from "./caches.ts";
import { FORM, NODE, REVISION } from "./kinds.ts";

export interface FormParts {
  readonly caches: Caches;
  readonly orphaning: FormWorld["orphaning"];
  /** What nodes are rendered and tried with. */
  readonly node: NodeWorld;
  /** Writes of LynqNodes that one form pass has under way. */
  readonly writes: number;
}

/** Milliseconds between two tellings of counts in one status. */
export const TELL_MS = 1000;

type FromOutside = Pick<FormWorld, "client" | "events" | "metrics" | "log" | "now">;

export function formWorld(outside: FromOutside, { caches, orphaning, node, writes }: FormParts): FormWorld {
  return {
    ...outside,
    orphaning,
    writes: new Limit(writes),
    tells: new Pace(TELL_MS),
    forms: {
      get: (key) => caches.forms.get(key)?.value,
      observe: (o) => caches.forms.observe(o),
      type: FORM,
    },
    hubs: { get: (key) => caches.hubs.get(key)?.value },
    nodes: {
      ofForm: (ns, form) => valuesBy(caches.nodes, "form", `${ns}/${form}`),
      observe: (o) => caches.nodes.observe(o),
      type: NODE,
    },
    revisions: {
      ofForm: (ns, form) => valuesBy(caches.revisions, "form", `${ns}/${form}`),
      observe: (o) => caches.revisions.observe(o),
      type: REVISION,
    },
    preview: (of, signal) => previewForm(node, { ...of, arrays: resourcesOf(caches, of) }, signal),
    deletions: (of, signal) => previewDeletions(node, { ...of, arrays: resourcesOf(caches, of) }, signal),
  };
}

function resourcesOf(caches: Caches, { form, pinned }: TrialOf) {
  const revision = pinned === undefined ? undefined : caches.revisions.get(`${form.namespace}/${pinned}`);
  return revision?.value.arrays ?? arraysOf(form.spec);
}

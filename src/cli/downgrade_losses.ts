import { pauseOf } from "../api/pause.ts";
import { ANNOTATION } from "../api/labels.ts";
import { collectResources, type Resource, type ResourceArrays } from "../api/resource.ts";
import type { StoredForm, StoredHub, StoredNode } from "../api/stored.ts";
import { templatedFields } from "../api/templated_fields.ts";
import { isTrue } from "../api/conditions.ts";
import { parseTemplate, type Template, TemplateError } from "../template/mod.ts";

/** What the Go implementation does otherwise with a hub: sources that it can't read, rows that it treats in another way. */
export function hubLosses(hub: StoredHub, now: Date): string[] {
  const { source, valueMappings, deletionGuard } = hub.spec;
  const losses: string[] = [];
  if (source.type !== "mysql") {
    losses.push(
      `spec.source.type ${source.type} is refused: it reads MySQL only, and its nodes stay as they are`,
    );
  }
  if (source.mysql?.tls !== undefined) {
    losses.push("spec.source.mysql.tls is ignored: it connects without TLS");
  }
  if (source.syncInterval === undefined && hub.spec.syncInterval !== undefined) {
    losses.push(`spec.syncInterval is ignored: set spec.source.syncInterval to ${hub.spec.syncInterval}`);
  }
  if (valueMappings.pause !== undefined) {
    losses.push("spec.valueMappings.pause is ignored: paused rows are acted on");
  }
  if (hub.spec.serviceAccountName !== undefined) {
    losses.push("spec.serviceAccountName is ignored: it writes and deletes with its own rights");
  }
  if (hub.spec.sensitive !== undefined) {
    losses.push(
      "spec.sensitive is unknown to it: take it off, and the values stand in annotations of the LynqNodes from then on",
    );
  }
  if (deletionGuard?.enabled !== false) {
    losses.push("deletions are not guarded: an empty table deletes all nodes of the hub");
  }
  if (isTrue(hub.status.conditions, "DeletionHeld")) {
    losses.push("deletions are held now: it deletes the nodes of those rows at once");
  }
  if ((hub.status.quarantined ?? 0) > 0) {
    losses.push(
      `${hub.status.quarantined} rows are quarantined: it deletes the nodes of rows that it takes for inactive`,
    );
  }
  return [...losses, ...pauseLosses(hub, now)];
}

/** What it does otherwise with a form as it is stored, its resources included. */
export function formLosses(form: StoredForm, variables: readonly string[], now: Date): string[] {
  const { spec } = form;
  const losses: string[] = [];
  if (spec.mode === "DryRun") losses.push("spec.mode DryRun is ignored: the form is applied");
  for (const field of ["order", "failureBudget", "revision"] as const) {
    if (spec.rollout?.[field] !== undefined) losses.push(`spec.rollout.${field} is ignored`);
  }
  return [
    ...losses,
    ...pauseLosses(form, now),
    ...arrayLosses(spec, variables),
  ];
}

/** What it does otherwise with one node. */
export function nodeLosses(node: StoredNode, now: Date): string[] {
  const losses: string[] = [];
  if (node.hub !== undefined && node.name !== `${node.spec.uid}-${node.spec.templateRef}`) {
    losses.push("its name is not <uid>-<form>: it can't tell the node from another of this name");
  }
  if (node.annotations[ANNOTATION.frozen] !== undefined) {
    losses.push("its row can't be followed: it may delete the node");
  }
  for (const record of node.status.resources ?? []) {
    const what = `${record.kind} ${record.name} (${record.id})`;
    if (record.state === "Deleting") losses.push(`${what} is not gone yet: it is forgotten`);
    if (record.once === true && (record.reason === "CreatedOnce" || record.reason === "FailedAndGone")) {
      losses.push(`${what} was created once and is gone: it makes it again`);
    }
    if (record.shared === true) losses.push(`${what} is shared: it deletes it with the first of its nodes`);
  }
  for (const id of node.status.excludedResourceIds ?? []) {
    losses.push(`${id} is left out by includeWhen: it makes it with the next change of form or row`);
  }
  return [...losses, ...pauseLosses(node, now)];
}

function pauseLosses(object: Parameters<typeof pauseOf>[0], now: Date): string[] {
  const pause = pauseOf(object, now);
  return pause.kind === "paused" ? [`${pause.by} is ignored: it is acted on`] : [];
}

/** What it does otherwise with resources, by id. `variables` are those that the rows have. */
export function arrayLosses(arrays: ResourceArrays, variables: readonly string[]): string[] {
  return collectResources(arrays).flatMap(({ resource }) =>
    resourceLosses(resource, variables).map((loss) => `${resource.id}: ${loss}`)
  );
}

function resourceLosses(resource: Resource, variables: readonly string[]): string[] {
  const losses: string[] = [];
  if (resource.includeWhen !== undefined) losses.push("includeWhen is ignored: the resource is always made");
  if (resource.readyWhen !== undefined) losses.push("readyWhen is ignored: its own rule of the kind counts");
  if (resource.driftPolicy === "Report") losses.push("driftPolicy Report is ignored");
  if (resource.recreateOnImmutable) losses.push("recreateOnImmutable is ignored");
  if (resource.sharing === "Shared") {
    losses.push("sharing is ignored: the first node that goes deletes the object");
  }
  const { labels, annotations } = (resource.spec["metadata"] ?? {}) as Record<string, object | undefined>;
  if (annotations !== undefined) {
    losses.push("spec.metadata.annotations are dropped: use annotationsTemplate");
  }
  if (labels !== undefined && resource.labelsTemplate !== undefined) {
    losses.push("spec.metadata.labels are dropped beside labelsTemplate");
  }
  return [...losses, ...templateLosses(resource, variables)];
}

/** A variable that is missing is an error there even before `default`; `asValue` is not known. */
function templateLosses(resource: Resource, variables: readonly string[]): string[] {
  return templatedFields(resource).flatMap(({ field, text }) => {
    if (field === "includeWhen") return [];
    const template = parsedTemplate(text);
    const missing = (template?.variables ?? []).filter((name) => !variables.includes(name));
    const losses = missing.map((name) => `${field} fails: there is no variable ${name}`);
    const own = /\{\{[^}]*\basValue\b/.test(text) ? [`${field} fails: there is no function asValue`] : [];
    return [...losses, ...own, ...rolledAnew({ resource, field, template })];
  });
}

interface Rolled {
  readonly resource: Resource;
  readonly field: string;
  readonly template: Template | undefined;
}

/** It renders at every start and change, and applies what is new: a password that nobody else is told of. */
function rolledAnew({ resource, field, template }: Rolled): string[] {
  if (resource.creationPolicy === "Once") return [];
  const [name] =
    [...template?.impure ?? []].find(([name, source]) =>
      source !== "clock" || name === "now" || name === "ago"
    ) ?? [];
  if (name === undefined) return [];
  return [
    `${field} gets another value from ${name} in its first pass, and again at every restart and change: let this ` +
    "operator apply the form with creationPolicy: Once before",
  ];
}

function parsedTemplate(text: string): Template | undefined {
  try {
    return parseTemplate(text);
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

import { isDeepStrictEqual } from "node:util";
import { findCondition, isTrue } from "../../src/api/conditions.ts";
import { pausesOf } from "../../src/api/pause.ts";
import { hasFailed, isProven } from "../../src/api/rollout.ts";
import type { StoredForm, StoredHub, StoredNode } from "../../src/api/stored.ts";
import { ANNOTATION } from "../../src/api/labels.ts";
import { sensitiveNames } from "../../src/api/mapped_variables.ts";
import { demandsOf, type TableRows } from "./expect_rows.ts";
import type { FormChecks } from "./form_checks.ts";
import { hiddenNames, type Picture, rowValues } from "./picture.ts";

export interface FleetInput {
  readonly picture: Picture;
  /** Rows of the table that the hub names; undefined where nothing makes it read them yet. */
  readonly rows: TableRows | undefined;
  /** Names of the forms that were deleted and must go. */
  readonly leaving: readonly string[];
  readonly checks: FormChecks;
}

/** What hub, forms and nodes do not say yet though specs and rows ask for it; empty once they do. */
export function fleetGaps(input: FleetInput): string[] {
  const { picture: { hub, forms, nodes }, leaving } = input;
  const gaps = forms.flatMap((form) => formGaps(form, hub, input.checks));
  if (hub !== undefined && hub.status.observedGeneration !== hub.generation) {
    gaps.push(`hub: observedGeneration ${hub.status.observedGeneration}, not ${hub.generation}`);
  }
  gaps.push(...countGaps(input.picture));
  const held = isTrue(hub?.status.conditions, "DeletionHeld");
  for (const name of leaving) {
    if (!held && forms.some((form) => form.name === name)) gaps.push(`form ${name} is not gone`);
  }
  const observed = nodes.filter((node) =>
    !node.deleting && node.status.observedGeneration !== node.generation && !isPaused(node, input.picture)
  );
  gaps.push(
    ...observed.map(({ name, generation, status }) =>
      `node ${name}: observedGeneration ${status.observedGeneration}, not ${generation}`
    ),
  );
  return [...gaps, ...nodeSetGaps(input), ...nodes.flatMap((node) => revisionGaps(node, input.picture))];
}

/** What of an undisturbed fleet is not ready, or not told to be, yet. */
export function unreadyGaps(picture: Picture): string[] {
  const { forms, nodes } = picture;
  return [
    ...countGaps(picture),
    ...nodes.filter(({ status }) => !isTrue(status.conditions, "Ready"))
      .map(({ name }) => `node ${name} is not ready`),
    ...forms.filter(({ status }) => !isTrue(status.conditions, "Applied"))
      .map(({ name }) => `form ${name} is not applied`),
  ];
}

/** A hub counts its nodes as they are. */
function countGaps({ hub, forms, nodes }: Picture): string[] {
  if (hub === undefined || hub.deleting || forms.some(({ deleting }) => deleting)) return [];
  const own = nodes.filter((node) => node.hub === hub.name);
  const ready = own.filter(({ status }) => isTrue(status.conditions, "Ready")).length;
  const failed = own.filter(hasFailed).length;
  const { status } = hub;
  return status.ready === ready && status.failed === failed
    ? []
    : [`hub: counts ${status.ready} ready and ${status.failed} failed nodes, not ${ready} and ${failed}`];
}

/** An accepted generation is observed, and judged as the rules of forms judge it here. */
function formGaps(form: StoredForm, hub: StoredHub | undefined, checks: FormChecks): string[] {
  if (form.deleting) return [];
  const { name, generation, status } = form;
  if (status.observedGeneration !== generation) {
    return [`form ${name}: observedGeneration ${status.observedGeneration}, not ${generation}`];
  }
  const problems = checks.problemsOf(form, hub);
  const valid = isTrue(status.conditions, "Valid");
  if (valid === (problems.length === 0) || (!valid && isPinned(form))) return [];
  return [`form ${name}: Valid=${valid} with ${problems.length} problems: ${problems[0]?.message ?? ""}`];
}

/** Nodes follow something else than the present generation. */
function isPinned({ spec, annotations }: StoredForm): boolean {
  return spec.rollout?.revision !== undefined || (annotations[ANNOTATION.rollbackTo] ?? "") !== "";
}

/** Whether a form's nodes are to be what its present generation says, as soon as they can. */
export function isFollowed(form: StoredForm, hub: StoredHub | undefined): boolean {
  return !form.deleting && isTrue(form.status.conditions, "Valid") && !isPinned(form) &&
    form.spec.mode === "Apply" && form.status.deletions === undefined &&
    pausesOf({ hub, form }, new Date()).length === 0;
}

/** The nodes of an undisturbed hub are those that its rows and forms ask for. */
function nodeSetGaps({ picture, rows }: FleetInput): string[] {
  const { hub, forms, nodes } = picture;
  if (hub === undefined || rows === undefined || hub.deleting) return [];
  if (pausesOf({ hub }, new Date()).length > 0) return [];
  const { conditions } = hub.status;
  if (
    !isTrue(conditions, "Ready") || findCondition(conditions, "Ready")?.observedGeneration !== hub.generation
  ) {
    return [];
  }
  const { active, kept } = demandsOf(hub.spec, rows);
  const expected = forms.filter((form) =>
    !form.deleting && form.spec.hubId === hub.name && form.status.currentRevision !== undefined &&
    pausesOf({ form }, new Date()).length === 0
  );
  const free = expected.filter((form) => !mayHoldBack(form, nodes));
  const stale = [...active].flatMap(([uid, values]) =>
    nodes.filter((node) =>
      node.hub === hub.name && node.spec.uid === uid && !node.deleting && !isHeld(node) &&
      free.some((form) => isOf(node, uid, form.name))
    ).flatMap((node) => valueGaps(node, values, picture))
  );
  const missing = isTrue(conditions, "CreationHeld")
    ? []
    : free.flatMap((form) =>
      [...active.keys()].filter((uid) => !nodes.some((node) => isOf(node, uid, form.name)))
        .map((uid) => `row ${uid} has no node of form ${form.name}`)
    );
  const surplus = isTrue(conditions, "DeletionHeld")
    ? []
    : nodes.filter((node) =>
      node.hub === hub.name && !node.annotations[ANNOTATION.frozen] &&
      !(kept.has(node.spec.uid) && forms.some((form) => form.name === node.spec.templateRef)) &&
      !forms.some((form) => form.name === node.spec.templateRef && leavesNodes(form))
    ).map(({ name, deleting }) => `node ${name} ${deleting ? "is not gone" : "has no row"}`);
  return [...missing, ...stale, ...surplus];
}

/** A node has its row's values, those and no others hidden that its hub says are sensitive. */
function valueGaps(
  node: StoredNode,
  values: Readonly<Record<string, string>>,
  picture: Picture,
): string[] {
  const hidden = picture.hub === undefined ? [] : sensitiveNames(picture.hub.spec);
  const wanted = hidden.filter((name) => Object.hasOwn(values, name));
  const found = hiddenNames(node);
  return [
    ...(isDeepStrictEqual(rowValues(node, picture), { ...values })
      ? []
      : [`node ${node.name} has other values than its row`]),
    ...(isDeepStrictEqual(found, wanted) ? [] : [`node ${node.name} hides ${found}, its hub ${wanted}`]),
  ];
}

/** A form that is paused or never had a revision follows no row, not even one that is gone. */
function leavesNodes(form: StoredForm): boolean {
  return !form.deleting &&
    (form.status.currentRevision === undefined || pausesOf({ form }, new Date()).length > 0);
}

function isOf(node: StoredNode, uid: string, form: string): boolean {
  return node.spec.uid === uid && node.spec.templateRef === form;
}

/** With a limit of nodes on their way, one that does not become ready holds up those after it. */
function mayHoldBack({ name, spec }: StoredForm, nodes: readonly StoredNode[]): boolean {
  if ((spec.rollout?.maxSkew ?? 0) === 0 && spec.rollout?.order === undefined) return false;
  return nodes.some((node) => node.spec.templateRef === name && !isProven(node));
}

/** A node that nothing holds is on its form's revision, once all others are well. */
function revisionGaps(node: StoredNode, { hub, forms, nodes }: Picture): string[] {
  const form = forms.find(({ name }) => name === node.spec.templateRef);
  // What was left behind without a hub waits for the next read that can be made.
  if (form === undefined || node.deleting || node.hub === undefined) return [];
  if (!isFollowed(form, hub) || hub === undefined) return [];
  const { currentRevision } = form.status;
  if (node.spec.revision === currentRevision || isHeld(node)) return [];
  const siblings = nodes.filter(({ spec, name }) => spec.templateRef === form.name && name !== node.name);
  if (siblings.some((sibling) => !isProven(sibling))) return [];
  return [`node ${node.name} is on ${node.spec.revision}, its form on ${currentRevision}`];
}

/**
 * What its spec asked for when a pause was seen is applied when that ends, and its status doesn't say before that it was:
 * what had failed, or what the hub wrote a moment before.
 */
function isPaused(node: StoredNode, { hub, forms }: Picture): boolean {
  const form = forms.find(({ name }) => name === node.spec.templateRef);
  return isHeld(node) || pausesOf({ hub, form, node }, new Date()).length > 0;
}

export function isHeld(node: StoredNode): boolean {
  return node.annotations[ANNOTATION.frozen] !== undefined || pausesOf({ node }, new Date()).length > 0;
}

import { isPausedByHand, isPausedByRow, pauseOf } from "../api/pause.ts";
import type { Row, RowProblem, RowVerdict } from "../api/row.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import { compareText } from "../kube/compare_text.ts";
import { type DistinctRows, distinctRows } from "./distinct_rows.ts";
import { marksPatch, type NodeMarks } from "./node_marks.ts";
import { identityOf, newNodeName, type NodeOf } from "./node_names.ts";
import { isCurrent } from "./rollout.ts";

/** What a LynqNode is to hold. */
export interface NodeWanted {
  readonly name: string;
  readonly form: string;
  readonly revision: string;
  readonly row: Row;
}

/** One change to the LynqNodes of a hub. */
export type NodeChange =
  | { readonly kind: "create"; readonly wanted: NodeWanted }
  | { readonly kind: "update"; readonly node: StoredNode; readonly wanted: NodeWanted }
  | { readonly kind: "delete"; readonly node: StoredNode; readonly cause: DeletionCause };

/** Why a node goes. */
export type DeletionCause = "RowGone" | "RowInactive" | "FormGone" | "HubDeleted";

export interface HubPlan {
  readonly changes: readonly NodeChange[];
  /** Nodes that get other marks; an update of one takes all of them off. */
  readonly marks: readonly { readonly node: StoredNode; readonly marks: NodeMarks }[];
  /** Nodes that rows and forms ask for. */
  readonly desired: number;
  readonly problems: readonly RowProblem[];
}

export interface PlanInput {
  readonly hub: string;
  readonly forms: readonly StoredForm[];
  readonly rows: readonly RowVerdict[];
  /** The hub's nodes. */
  readonly nodes: readonly StoredNode[];
  readonly now: Date;
  /** Whether an object that is not the hub's has this name; none unless told. */
  readonly isForeign?: (name: string) => boolean;
}

/**
 * (hub, forms, rows, nodes) -> changes, which the rollouts' gate then lets through or not. Pure. A node is deleted only
 * when its form is gone or its row was read and is inactive or absent; a row that can't be understood, a paused one, and
 * a form that is paused or without a valid revision leave their nodes alone.
 */
export function planHub(input: PlanInput): HubPlan {
  const rows = distinctRows(input.rows);
  const { writes, problems } = planWrites(input, rows);
  const changes = [...writes.sort(byName), ...planDeletions(input, rows).sort(byName)];
  return {
    changes,
    marks: planMarks(input, rows),
    desired: desiredNodes(input, rows),
    problems: [...rows.problems, ...problems],
  };
}

/** The deletions that no row has to be read for: nodes whose form is gone. */
export function planWithoutForm(input: Pick<PlanInput, "forms" | "nodes">): NodeChange[] {
  const forms = new Set(input.forms.map(({ name }) => name));
  return input.nodes.filter((node) => !node.deleting && !forms.has(node.spec.templateRef))
    .map((node): NodeChange => ({ kind: "delete", node, cause: "FormGone" })).sort(byName);
}

interface Writes {
  readonly writes: NodeChange[];
  readonly problems: readonly RowProblem[];
}

/** Nodes to make and to bring up to date, form by form and row by row, so that names are given in one order. */
function planWrites(input: PlanInput, rows: DistinctRows): Writes {
  const { hub, now, isForeign = () => false } = input;
  const existing = byIdentity(input.nodes);
  const names = new Set(input.nodes.map(({ name }) => name));
  const writes: NodeChange[] = [];
  const problems: RowProblem[] = [];
  for (const form of [...input.forms].sort((a, b) => compareText(a.name, b.name))) {
    const revision = form.status.currentRevision;
    if (revision === undefined || isPaused(form, now)) continue;
    for (const row of rows.active.values()) {
      const node = existing.get(identityOf({ uid: row.uid, form: form.name }));
      const name = node?.name ??
        newNodeName({ uid: row.uid, form: form.name }, (n) => names.has(n) || isForeign(n));
      if (name === undefined) {
        problems.push(nameTaken({ uid: row.uid, form: form.name }));
        continue;
      }
      const wanted = { name, form: form.name, revision, row };
      names.add(name);
      if (node === undefined) writes.push({ kind: "create", wanted });
      else if (!node.deleting && !isPausedByHand(node, now) && !isCurrent(node, { hub, wanted })) {
        writes.push({ kind: "update", node, wanted });
      }
    }
  }
  return { writes, problems };
}

/** Nodes by row and form. Of several, which only a person can have made, the one with the shortest name counts that stays. */
function byIdentity(nodes: readonly StoredNode[]): Map<string, StoredNode> {
  const found = new Map<string, StoredNode>();
  const order = (a: StoredNode, b: StoredNode) =>
    Number(a.deleting) - Number(b.deleting) || a.name.length - b.name.length || compareText(a.name, b.name);
  for (const node of [...nodes].sort(order)) {
    const identity = identityOf({ uid: node.spec.uid, form: node.spec.templateRef });
    if (!found.has(identity)) found.set(identity, node);
  }
  return found;
}

function nameTaken({ uid, form }: NodeOf): RowProblem {
  const message = `every name that the node of form ${form} could have belongs to another; rename the form`;
  return { reason: "NameTaken", uid, message };
}

function isPaused(form: StoredForm, now: Date): boolean {
  return pauseOf(form, now).kind === "paused";
}

function planDeletions({ forms, nodes, now }: PlanInput, rows: DistinctRows): NodeChange[] {
  const byForm = new Map(forms.map((form) => [form.name, form]));
  return nodes.flatMap((node): NodeChange[] => {
    const { uid, templateRef } = node.spec;
    const form = byForm.get(templateRef);
    if (node.deleting) return [];
    if (form === undefined) return [{ kind: "delete", node, cause: "FormGone" }];
    const stays = rows.active.has(uid) || rows.paused.has(uid) || rows.frozen.has(uid) ||
      form.status.currentRevision === undefined || isPaused(form, now);
    if (stays) return [];
    return [{ kind: "delete", node, cause: rows.inactive.has(uid) ? "RowInactive" : "RowGone" }];
  });
}

/**
 * A row that can't be followed leaves the pause of its nodes as it is too. The end of a row's pause is no mark but an
 * update: the node is on its way again, so that it needs room like every other.
 */
function planMarks({ nodes, forms, now }: PlanInput, rows: DistinctRows): HubPlan["marks"] {
  const running = new Set(forms.filter((form) => !isPaused(form, now)).map(({ name }) => name));
  return [...byIdentity(nodes).values()].flatMap((node) => {
    const { uid, templateRef } = node.spec;
    if (node.deleting || !running.has(templateRef)) return [];
    if (isPausedByHand(node, now)) return [];
    const frozen = rows.frozen.get(uid);
    const paused = rows.paused.has(uid);
    if (frozen === undefined && !paused && !rows.active.has(uid)) return [];
    const marks = { frozen, paused: isPausedByRow(node) || (frozen === undefined && paused) };
    return marksPatch(node, marks) === undefined ? [] : [{ node, marks }];
  });
}

/** Forms times the rows that can be provisioned; a paused row counts where it has its node. */
function desiredNodes({ forms, nodes }: PlanInput, rows: DistinctRows): number {
  const known = new Set(forms.map(({ name }) => name));
  const paused = nodes.filter(({ spec }) => rows.paused.has(spec.uid) && known.has(spec.templateRef));
  return forms.length * rows.active.size + paused.length;
}

function byName(a: NodeChange, b: NodeChange): number {
  return compareText(nameOf(a), nameOf(b));
}

export function nameOf(change: NodeChange): string {
  return change.kind === "delete" ? change.node.name : change.wanted.name;
}

import type { Row, RowProblem, RowVerdict } from "../api/row.ts";
import { RESOURCE_ARRAYS } from "../api/resource.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import { throttle } from "./rollout.ts";

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
  /** Forms x provisionable rows. */
  readonly desired: number;
  readonly problems: readonly RowProblem[];
  /** Changes held back by a form's maxSkew. */
  readonly throttled: readonly { readonly form: string; readonly count: number; readonly updating: number }[];
}

export interface PlanInput {
  readonly hub: string;
  readonly forms: readonly StoredForm[];
  readonly rows: readonly RowVerdict[];
  readonly nodes: readonly StoredNode[];
}

const NAME_LIMIT = 253;

/**
 * (hub, forms, rows, nodes) -> changes. Pure. A node is deleted only when its form is gone or its row was read and is
 * inactive or absent; a row that can't be understood, and a form without a valid revision, leave its nodes alone.
 */
export function planHub(input: PlanInput): HubPlan {
  const { rows, frozen, inactive, problems } = distinctRows(input.rows);
  const existing = new Map(input.nodes.map((node) => [node.name, node]));
  const created = new Map<string, NodeWanted>();
  const changes: NodeChange[] = [];
  const keep = new Set<string>();
  const kept = (form: string, uid: string) => keep.add(`${form}\n${uid}`);
  for (const form of input.forms) {
    for (const uid of frozen) kept(form.name, uid);
    for (const row of rows.values()) {
      kept(form.name, row.uid);
      const change = changeFor({ hub: input.hub, form, row }, existing);
      if (change?.kind === "problem") problems.push(change.problem);
      else if (change?.kind === "create" && created.has(change.wanted.name)) {
        const { row: other, form: otherForm } = created.get(change.wanted.name) ?? change.wanted;
        problems.push(nameTaken(change.wanted, { uid: other.uid, form: otherForm }));
      } else if (change !== undefined) {
        changes.push(change);
        if (change.kind === "create") created.set(change.wanted.name, change.wanted);
      }
    }
    if (form.status.currentRevision === undefined) {
      for (const node of input.nodes) if (node.spec.templateRef === form.name) kept(form.name, node.spec.uid);
    }
  }
  const gone = input.nodes.filter((node) =>
    !node.deleting && !keep.has(`${node.spec.templateRef}\n${node.spec.uid}`)
  );
  const gated = throttle(input, changes.sort(byName));
  return {
    changes: [
      ...gated.changes,
      ...gone.map((node): NodeChange => ({ kind: "delete", node, cause: causeOf(node) })).sort(byName),
    ],
    desired: input.forms.length * rows.size,
    problems,
    throttled: gated.throttled,
  };

  function causeOf({ spec }: StoredNode): DeletionCause {
    if (!input.forms.some((form) => form.name === spec.templateRef)) return "FormGone";
    return inactive.has(spec.uid) ? "RowInactive" : "RowGone";
  }
}

interface Distinct {
  readonly rows: ReadonlyMap<string, Row>;
  /** uids whose nodes stay as they are. */
  readonly frozen: ReadonlySet<string>;
  /** uids that were read and say no. */
  readonly inactive: ReadonlySet<string>;
  readonly problems: RowProblem[];
}

function distinctRows(verdicts: readonly RowVerdict[]): Distinct {
  const rows = new Map<string, Row>();
  const frozen = new Set<string>();
  const inactive = new Set<string>();
  const problems: RowProblem[] = [];
  for (const verdict of verdicts) {
    if (verdict.kind === "quarantined") {
      frozen.add(verdict.uid);
      problems.push(invalidUid(verdict.uid, verdict.shape));
    } else if (verdict.kind === "unknown") {
      frozen.add(verdict.uid);
      problems.push({ reason: "UnknownActivate", uid: verdict.uid, message: UNKNOWN_ACTIVATE });
    } else if (verdict.kind === "inactive") inactive.add(verdict.uid);
    else {
      const other = rows.get(verdict.row.uid);
      if (other === undefined) rows.set(verdict.row.uid, verdict.row);
      else if (!sameValues(other.values, verdict.row.values)) freeze(verdict.row.uid);
    }
  }
  for (const uid of inactive) if (rows.has(uid)) freeze(uid);
  for (const uid of frozen) rows.delete(uid);
  return { rows, frozen, inactive, problems };

  function freeze(uid: string) {
    if (!frozen.has(uid)) problems.push({ reason: "DuplicateUid", uid, message: DUPLICATE_UID });
    frozen.add(uid);
  }
}

const UNKNOWN_ACTIVATE =
  "the activate column holds neither a yes (1, true, yes) nor a no (0, false, no, off, empty)";
const DUPLICATE_UID = "several rows have this uid and differ; make the uid column unique";

function invalidUid(uid: string, shape: string): RowProblem {
  const message = `the uid can't name a Kubernetes object: ${shape}; use lower-case letters, digits and '-'`;
  return { reason: "InvalidUid", uid, message };
}

type Change = NodeChange | { readonly kind: "problem"; readonly problem: RowProblem } | undefined;

function changeFor(
  { hub, form, row }: { hub: string; form: StoredForm; row: Row },
  existing: ReadonlyMap<string, StoredNode>,
): Change {
  const revision = form.status.currentRevision;
  if (revision === undefined) return undefined;
  const name = `${row.uid}-${form.name}`;
  if (name.length > NAME_LIMIT) {
    const message =
      `the node's name would have ${name.length} characters, more than ${NAME_LIMIT}; shorten the form's name`;
    return { kind: "problem", problem: { reason: "NameTooLong", uid: row.uid, message } };
  }
  const wanted = { name, form: form.name, revision, row };
  const node = existing.get(name);
  if (node === undefined) return { kind: "create", wanted };
  if (node.spec.uid !== row.uid || node.spec.templateRef !== form.name) {
    const problem = nameTaken(wanted, { uid: node.spec.uid, form: node.spec.templateRef });
    return { kind: "problem", problem };
  }
  return node.deleting || isCurrent(node, { hub, wanted }) ? undefined : { kind: "update", node, wanted };
}

function nameTaken({ name, row }: NodeWanted, by: { uid: string; form: string }): RowProblem {
  const message = `${name} is the node of uid ${by.uid} and form ${by.form}; rename the form`;
  return { reason: "NameTaken", uid: row.uid, message };
}

/** Whether the stored node holds what is wanted, in the small form. */
function isCurrent({ spec }: StoredNode, { hub, wanted }: { hub: string; wanted: NodeWanted }): boolean {
  return spec.revision === wanted.revision && spec.hubId === hub &&
    sameValues(spec.values, wanted.row.values) &&
    RESOURCE_ARRAYS.every((name) => spec[name] === undefined);
}

function sameValues(
  a: Readonly<Record<string, string>> | undefined,
  b: Readonly<Record<string, string>>,
): boolean {
  if (a === undefined) return false;
  const keys = Object.keys(b);
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key]);
}

function byName(a: NodeChange, b: NodeChange): number {
  const [x, y] = [nameOf(a), nameOf(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export function nameOf(change: NodeChange): string {
  return change.kind === "delete" ? change.node.name : change.wanted.name;
}

import { stringify } from "yaml";
import { compareRevisions } from "../../src/kube/revision.ts";
import type { SeenChild } from "./bulk_sight.ts";
import { type Fleet, uidOf } from "./fleet.ts";
import { configMapOf } from "./fleet_children.ts";
import type { Stage } from "./stage.ts";

/** Something that is done to a converged fleet, and the ConfigMap that shows its effect. */
export interface Change {
  readonly child: string;
  /** Answers the resourceVersion that it made, where it made one. */
  readonly make: () => Promise<string | undefined>;
  /** Whether the operator has reacted, by what the child was before and by what `make` answered. */
  readonly seen: (child: SeenChild | undefined, since: Since) => boolean;
}

export interface Since {
  readonly before: SeenChild | undefined;
  readonly made: string | undefined;
}

export interface Changes {
  readonly deletedChild: readonly Change[];
  readonly editedChild: readonly Change[];
  readonly changedRow: readonly Change[];
  readonly insertedRow: readonly Change[];
  readonly deletedRow: readonly Change[];
  /** Not to be reacted to: writes of a ConfigMap of nobody's, for what the API server and its watch take by themselves. */
  readonly plainWrite: readonly Change[];
}

const ROUNDS = 60;
/** A row is changed every so many rounds: a read of the database that finds many is a bulk by itself. */
const ROUNDS_PER_ROW = 3;
const ROW_KINDS = ["changedRow", "insertedRow", "deletedRow"] as const;
/** Changes of one kind of row at most. */
const MOST_ROWS = Math.ceil(ROUNDS / ROUNDS_PER_ROW / ROW_KINDS.length);
/** One row of so many is inserted and one deleted: more would be held for a person to approve. */
const ROWS_PER_DELETION = 12;

/** How many rows are inserted, and as many deleted. */
export function extraRows({ rows }: Fleet): number {
  return Math.min(MOST_ROWS, Math.floor(rows / ROWS_PER_DELETION));
}

/** The statement that makes the rows that `deletedRow` deletes; undefined where there are none. */
export function rowsToDelete(fleet: Fleet): string | undefined {
  const values = count(extraRows(fleet)).map((n) => `('${toDelete(n)}','pro',1)`);
  return values.length === 0 ? undefined : `INSERT INTO bench VALUES ${values.join(",")}`;
}

/** The statement that takes away what is left of the rows that were made for these changes. */
export const REMOVE_EXTRA_ROWS = "DELETE FROM bench WHERE id LIKE 'zd%' OR id LIKE 'zi%'";

/** Every change is of a row of its own: what was touched once is never touched again. */
export async function changesOf(stage: Pick<Stage, "objects" | "rows">, fleet: Fleet): Promise<Changes> {
  const shares = [0, 1, 2].map((k) =>
    count(fleet.rows).filter((row) => row % 3 === k).slice(0, ROUNDS).map(uidOf)
  );
  const [deleted = [], edited = [], changed = []] = shares;
  return {
    deletedChild: deleted.map((uid) => deleteChild(stage, fleet, uid)),
    editedChild: edited.map((uid) => editChild(stage, fleet, uid)),
    changedRow: changed.slice(0, MOST_ROWS).map((uid) => ({
      child: nameOf(fleet, uid, 0),
      make: sql(stage, `UPDATE bench SET plan='silver' WHERE id='${uid}'`),
      seen: (child) => child?.data["plan"] === "silver",
    })),
    insertedRow: count(extraRows(fleet)).map((n) => ({
      child: nameOf(fleet, `zi${n}`, 0),
      make: sql(stage, `INSERT INTO bench VALUES ('zi${n}','pro',1)`),
      seen: (child) => child !== undefined,
    })),
    deletedRow: count(extraRows(fleet)).map((n) => ({
      child: nameOf(fleet, toDelete(n), 0),
      make: sql(stage, `DELETE FROM bench WHERE id='${toDelete(n)}'`),
      seen: (child) => child === undefined,
    })),
    plainWrite: await plainWrites(stage, fleet),
  };
}

function deleteChild({ objects }: Pick<Stage, "objects">, fleet: Fleet, uid: string): Change {
  const which = configMapOf(fleet, uid, 5);
  return {
    child: which.name,
    make: async () => {
      await objects.remove(which);
      return undefined;
    },
    seen: (child, { before }) => child !== undefined && child.uid !== before?.uid,
  };
}

function editChild({ objects }: Pick<Stage, "objects">, fleet: Fleet, uid: string): Change {
  const which = configMapOf(fleet, uid, 1);
  return {
    child: which.name,
    make: async () => (await objects.merge(which, { data: { host: "edited" } })).metadata.resourceVersion,
    seen: (child, { made = "" }) =>
      child !== undefined && child.data["host"] !== "edited" &&
      (compareRevisions(child.resourceVersion, made) ?? 0) > 0,
  };
}

async function plainWrites(
  { objects }: Pick<Stage, "objects">,
  { namespace }: Fleet,
): Promise<readonly Change[]> {
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "plain" };
  await objects.apply(stringify({
    apiVersion: which.apiVersion,
    kind: which.kind,
    metadata: { name: which.name, namespace },
    data: { n: "" },
  }));
  return count(ROUNDS).map((n) => ({
    child: which.name,
    make: async () => (await objects.merge(which, { data: { n: String(n) } })).metadata.resourceVersion,
    seen: (child, { made = "" }) => (compareRevisions(child?.resourceVersion ?? "", made) ?? -1) >= 0,
  }));
}

function sql({ rows }: Pick<Stage, "rows">, statement: string): Change["make"] {
  return async () => {
    await rows.exec(statement);
    return undefined;
  };
}

function nameOf(fleet: Fleet, uid: string, n: number): string {
  return configMapOf(fleet, uid, n).name;
}

function toDelete(n: number): string {
  return `zd${n}`;
}

function count(size: number): number[] {
  return Array.from({ length: size }, (_, n) => n);
}

/** The order of the changes, in rounds: a child is deleted, one edited, one plain write made, and now and then a row changed. */
export function* inRounds(changes: Changes): Generator<{ kind: keyof Changes; change: Change }> {
  for (let round = 0; round < ROUNDS; round++) {
    const turn = round / ROUNDS_PER_ROW;
    const row = Number.isInteger(turn) ? ROW_KINDS[turn % ROW_KINDS.length] : undefined;
    const all = [
      ...(["deletedChild", "editedChild", "plainWrite"] as const).map((kind) => ({ kind, at: round })),
      ...(row === undefined ? [] : [{ kind: row, at: Math.floor(turn / ROW_KINDS.length) }]),
    ];
    for (const { kind, at } of all) {
      const change = changes[kind][at];
      if (change !== undefined) yield { kind, change };
    }
  }
}

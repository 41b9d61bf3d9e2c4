import { createHash } from "node:crypto";

/** What a node is of: it has one name for life. */
export interface NodeOf {
  readonly uid: string;
  readonly form: string;
}

/** The most that a name may have; 253 is what Kubernetes allows. */
const NAME_LIMIT = 253;

/** Lengths of the hash at a name's end; a longer one where even the shorter is somebody else's name. */
const HASH_LENGTHS = [8, 16, 32] as const;

/**
 * The name of a new node: `<uid>-<form>`, and where another object has that name, or it is too long, the same with a
 * hash of uid and form at its end. Undefined where every name is taken.
 */
export function newNodeName(of: NodeOf, isTaken: (name: string) => boolean): string | undefined {
  const plain = `${of.uid}-${of.form}`;
  if (plain.length <= NAME_LIMIT && !isTaken(plain)) return plain;
  const hash = createHash("sha256").update(`${of.uid}\n${of.form}`).digest("hex");
  const hashed = HASH_LENGTHS.map((length) => {
    const head = plain.slice(0, NAME_LIMIT - length - 1).replace(/[^a-z0-9]+$/, "");
    return `${head}-${hash.slice(0, length)}`;
  });
  return hashed.find((name) => !isTaken(name));
}

/** Tells (uid, form) apart: neither holds a line break. */
export function identityOf({ uid, form }: NodeOf): string {
  return `${form}\n${uid}`;
}

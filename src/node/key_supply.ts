import type { KeySource } from "../api/givens.ts";

type KeyKind = Parameters<KeySource>[0];

/** A private key that was made for one rendering. */
export interface MadePair {
  readonly kind: KeyKind;
  /** The PEM text. */
  readonly pem: string;
}

/** Keys that are there, each to be taken once. */
export interface KeySupply {
  /** Throws where there is none of the kind. */
  readonly take: KeySource;
  /** The first kind that there was none of; undefined where there were all. */
  readonly missing: () => KeyKind | undefined;
}

export function keySupply(made: readonly MadePair[]): KeySupply {
  const left = [...made];
  let missing: KeyKind | undefined;
  return {
    take: (kind) => {
      const at = left.findIndex((pair) => pair.kind === kind);
      const [found] = at < 0 ? [] : left.splice(at, 1);
      if (found !== undefined) return found.pem;
      missing ??= kind;
      throw new Error(`no ${kind} key is there yet`);
    },
    missing: () => missing,
  };
}

/** What of a rendering neither the form nor the row tells. */
export interface Givens {
  /** The time that its templates got, RFC 3339 in whole seconds. */
  readonly renderedAt?: string;
  /** Fingerprint of the seed that its random values were derived from, or that its kept values are beside. */
  readonly seed?: string;
  /** Hash of the templates of its random values and of the variables in them. */
  readonly values?: string;
  /** Where its random values and its times are. */
  readonly fleeting: readonly FleetingField[];
  /** Fields left empty, since a key that exists is kept and a new one is made only where there is none. */
  readonly keys: readonly KeyField[];
  /** What of the live object wins over this rendering. */
  readonly keep?: Keeping;
}

/** Keys and indexes from an object's root to a field. */
export type ObjectPath = readonly (string | number)[];

/** Why two renderings of the same inputs may differ. */
export type FleetingSource = "random" | "clock";

/** A field that could be rendered otherwise a second time. */
export interface FleetingField {
  readonly path: ObjectPath;
  readonly source: FleetingSource;
  /** Hash of its template and of the variables in it: a value that is kept for it stays as long as that. */
  readonly of: string;
}

/** The value of a fleeting field that no rendering gives: an object had it before it was rendered here. */
export interface KeptValue {
  readonly path: ObjectPath;
  readonly of: string;
  readonly value: unknown;
}

export interface Keeping {
  /** Fields of these are kept as the live object has them. */
  readonly sources: readonly FleetingSource[];
  /** Whether a field could be another one for this row. What could not is what the form says, and not kept. */
  readonly varies: (path: ObjectPath) => boolean;
  /** What is kept by now and still counts. */
  readonly kept: readonly KeptValue[];
  /** Times are stored that have passed: they are to be forgotten with the next write. */
  readonly stale: boolean;
  /** Stores what is kept from now on, for every later rendering. Called before it is applied. */
  readonly remember: (values: readonly KeptValue[]) => Promise<Remembered>;
}

export type Remembered =
  /** `seed` is the fingerprint of the seed that they are stored beside. */
  | { readonly kind: "remembered"; readonly seed: string }
  | { readonly kind: "refused"; readonly reason: string; readonly message: string };

/** A field with a generated key or certificate. */
export interface KeyField {
  readonly path: ObjectPath;
  /** Makes it anew, or tells why its template fails: also where the source throws. */
  readonly make: (privateKey: KeySource) => MadeKey;
}

/** Gives a new private key as PEM. */
export type KeySource = (kind: "rsa4096" | "rsa2048" | "dsa" | "ecdsa" | "ed25519") => string;

export type MadeKey =
  | { readonly kind: "made"; readonly value: unknown }
  | { readonly kind: "failed"; readonly field: string; readonly message: string };

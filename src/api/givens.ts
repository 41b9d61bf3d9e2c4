/** What of a rendering neither the form nor the row tells. */
export interface Givens {
  /** The time that its templates got, RFC 3339 in whole seconds. */
  readonly renderedAt?: string;
  /** Fingerprint of the seed that its random values were derived from. */
  readonly seed?: string;
  /** Where its random values are. */
  readonly random: readonly ObjectPath[];
  /** Fields left empty, since a key that exists is kept and a new one is made only where there is none. */
  readonly keys: readonly KeyField[];
  /** The object's random values are of another seed, of this fingerprint where it is known: they are kept. */
  readonly kept?: { readonly seed: string | undefined };
}

/** Keys and indexes from an object's root to a field. */
export type ObjectPath = readonly (string | number)[];

/** A field with a generated key or certificate. */
export interface KeyField {
  readonly path: ObjectPath;
  /** Makes it anew, or tells why its template fails. */
  readonly make: () => MadeKey;
}

export type MadeKey =
  | { readonly kind: "made"; readonly value: unknown }
  | { readonly kind: "failed"; readonly field: string; readonly message: string };

export type Fields = Readonly<Record<string, unknown>>;

/** Sets what one Go type has when fields were left out; the argument is not changed. */
export type DefaultRule = (fields: Fields) => Fields;

/** By the last parts of the type's name: `core.v1.Container`. */
export type DefaultRules = Readonly<Record<string, DefaultRule>>;

/** Lays `defaults` under `fields`: a field that is absent, null or "" takes its default. */
export function under(fields: Fields, defaults: Fields): Fields {
  const out: Record<string, unknown> = { ...fields };
  for (const [name, value] of Object.entries(defaults)) {
    if (out[name] === undefined || out[name] === null || out[name] === "") out[name] = value;
  }
  return out;
}

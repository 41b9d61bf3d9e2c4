/** One step of a field path. */
export type FieldStep =
  | { readonly kind: "key"; readonly key: string }
  /** Negative counts from the end. */
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "every" }
  | { readonly kind: "where"; readonly key: string; readonly value: string };

export type FieldPath =
  | { readonly kind: "path"; readonly steps: readonly FieldStep[] }
  | { readonly kind: "invalid"; readonly at: number };

const STEPS: readonly { pattern: RegExp; step: (match: RegExpExecArray) => FieldStep }[] = [
  { pattern: /\.\*|\[\*\]/y, step: () => ({ kind: "every" }) },
  { pattern: /\.([A-Za-z_][A-Za-z0-9_-]*)/y, step: (m) => ({ kind: "key", key: m[1] ?? "" }) },
  { pattern: /\['([^']*)'\]|\["([^"]*)"\]/y, step: (m) => ({ kind: "key", key: m[1] ?? m[2] ?? "" }) },
  { pattern: /\[(-?[0-9]+)\]/y, step: (m) => ({ kind: "index", index: Number(m[1]) }) },
  {
    pattern: /\[\?\(\s*@\.([A-Za-z_][A-Za-z0-9_-]*)\s*==\s*(?:'([^']*)'|"([^"]*)")\s*\)\]/y,
    step: (m) => ({ kind: "where", key: m[1] ?? "", value: m[2] ?? m[3] ?? "" }),
  },
];

/**
 * Reads a JSONPath of ignoreFields: `$.spec.replicas`, `spec.replicas`, `$.data['a.b']`,
 * `$.spec.template.spec.containers[*].image`, `...containers[?(@.name=='app')].image`. A path that ends at the root,
 * descends recursively (`$..x`) or slices is invalid: it could name more than its author sees.
 */
export function parseFieldPath(text: string): FieldPath {
  const rooted = text.startsWith("$") || text.startsWith("@")
    ? text.slice(1)
    : /^[.[]/.test(text)
    ? text
    : `.${text}`;
  const shift = text.length - rooted.length;
  const steps: FieldStep[] = [];
  let at = 0;
  while (at < rooted.length) {
    const found = stepAt(rooted, at);
    if (found === undefined) return { kind: "invalid", at: at + shift };
    steps.push(found.step);
    at = found.end;
  }
  return steps.length === 0 ? { kind: "invalid", at: 0 } : { kind: "path", steps };
}

function stepAt(text: string, at: number): { step: FieldStep; end: number } | undefined {
  for (const { pattern, step } of STEPS) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) return { step: step(match), end: pattern.lastIndex };
  }
  return undefined;
}

/** What a package.json says of its licence, in the spellings that the registry still has. */
export interface LicensedManifest {
  readonly license?: unknown;
  readonly licenses?: unknown;
}

/** Permissive licences: they may be combined with Apache-2.0 and shipped in a binary whose notices are kept. */
export const ALLOWED_LICENCES: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
  "PSF-2.0",
  "Unlicense",
]);

/** The SPDX expression of a package; undefined where it names none. */
export function licenceOf({ license, licenses }: LicensedManifest): string | undefined {
  if (Array.isArray(licenses) && license === undefined) {
    const names = licenses.map(nameOf);
    if (names.length === 0 || names.includes(undefined)) return undefined;
    return names.length === 1 ? names[0] : `(${names.join(" OR ")})`;
  }
  return nameOf(license ?? licenses);
}

function nameOf(value: unknown): string | undefined {
  if (typeof value === "string") return value.trim() === "" ? undefined : value.trim();
  if (typeof value !== "object" || value === null || !("type" in value)) return undefined;
  return nameOf(value.type);
}

/**
 * Whether an SPDX expression can be met with allowed licences only: of `A OR B` one has to be allowed, of `A AND B` both.
 * An exception (`A WITH B`) only adds rights. What is no expression is not allowed.
 */
export function isAllowed(expression: string, allowed: ReadonlySet<string> = ALLOWED_LICENCES): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const take = (token: string) => tokens[at] === token && ++at > 0;
  const one = (): boolean | undefined => {
    if (take("(")) {
      const inner = any();
      return take(")") ? inner : undefined;
    }
    const name = tokens[at++];
    if (name === undefined || !/^[\w.+-]+$/.test(name) || OPERATORS.has(name)) return undefined;
    if (take("WITH")) at++;
    return allowed.has(name);
  };
  const all = (): boolean | undefined => {
    let met = one();
    while (met !== undefined && take("AND")) {
      const next = one();
      met = next === undefined ? undefined : met && next;
    }
    return met;
  };
  const any = (): boolean | undefined => {
    let met = all();
    while (met !== undefined && take("OR")) {
      const next = all();
      met = next === undefined ? undefined : met || next;
    }
    return met;
  };
  const met = any();
  return met === true && at === tokens.length;
}

const OPERATORS: ReadonlySet<string> = new Set(["AND", "OR", "WITH"]);

/** What is wrong with the licences of packages, a line each; `licences` is by `name@version`. */
export function licenceProblems(licences: ReadonlyMap<string, string | undefined>): string[] {
  return [...licences].flatMap(([key, licence]) => {
    if (licence === undefined) return [`${key} names no licence in its package.json`];
    return isAllowed(licence) ? [] : [`${key} has the licence ${licence}, which is not on the list`];
  });
}

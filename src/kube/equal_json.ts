/** Whether two JSON values have equal `canonicalJson`, without writing either: the order of keys and what is undefined don't count. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length &&
      a.every((item, n) => equalJson(item, b[n]));
  }
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  const keys = definedKeys(left);
  return keys.length === definedKeys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equalJson(left[key], right[key]));
}

function definedKeys(fields: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(fields).filter((key) => fields[key] !== undefined);
}

/** ECMAScript's JSON.isRawJSON, which this TypeScript release does not declare. */
const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): boolean };

/** JSON with keys sorted at every level, so that equal objects have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** The value itself where its keys are in order, as those of `managedFields` and of most statuses are. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || isRawJSON(value)) return value;
  return Array.isArray(value) ? sortedItems(value) : sortedFields(value as Readonly<Record<string, unknown>>);
}

function sortedItems(list: readonly unknown[]): readonly unknown[] {
  const items = list.map(sorted);
  return items.every((item, n) => item === list[n]) ? list : items;
}

function sortedFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const keys = Object.keys(fields);
  const inOrder = keys.every((key, n) => n === 0 || (keys[n - 1] ?? "") < key);
  if (!inOrder) keys.sort();
  const values = keys.map((key) => sorted(fields[key]));
  const same = inOrder && values.every((value, n) => value === fields[keys[n] ?? ""]);
  return same ? fields : Object.fromEntries(keys.map((key, n) => [key, values[n]]));
}

/** ECMAScript's JSON.rawJSON, which this TypeScript release does not declare. */
interface RawJson {
  rawJSON(text: string): { readonly rawJSON: string };
  isRawJSON(value: unknown): boolean;
}

const json = JSON as unknown as RawJson;

/** An integer as a JSON value: a number where that is exact, else a value that JSON.stringify prints digit by digit. */
export function jsonInteger(value: bigint): unknown {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : json.rawJSON(value.toString());
}

export function isRawJson(value: unknown): boolean {
  return json.isRawJSON(value);
}

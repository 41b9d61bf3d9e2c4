/** The records of a CSV text by RFC 4180: quoted values hold commas, line breaks and doubled quotes. */
export function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  const value = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let record: string[] = [];
  const source = text.replace(/^\uFEFF/, "");
  while (value.lastIndex < source.length || record.length > 0) {
    const at = value.lastIndex;
    const match = value.exec(source);
    if (match === null) throw new CsvError(records.length + 1, at);
    const [, quoted, plain = "", end] = match;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
    if (end === "") break;
  }
  return records;
}

/** A quote in the middle of a value, or one that is not closed. */
export class CsvError extends Error {
  override readonly name = "CsvError";
  readonly record: number;

  constructor(record: number, at: number) {
    super(
      `record ${record}, near character ${
        at + 1
      }: a quote stands in a value that is not quoted, or is not closed`,
    );
    this.record = record;
  }
}

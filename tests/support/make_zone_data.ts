/**
 * Writes src/template/zone_data.json from a directory of compiled IANA time zone files (TZif), so that dates in
 * templates name zones as Go does wherever the operator runs. Input: Go's lib/time/zoneinfo.zip, unpacked.
 *
 *     deno run -R -W tests/support/make_zone_data.ts <directory> src/template/zone_data.json
 */

/** Names of all files below `root`, relative, sorted. */
function* filesBelow(root: string, prefix = ""): Generator<string> {
  const entries = [...Deno.readDirSync(`${root}/${prefix}`)].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const name = prefix + entry.name;
    if (entry.isDirectory) yield* filesBelow(root, `${name}/`);
    else yield name;
  }
}

interface Counts {
  isUt: number;
  isStd: number;
  leap: number;
  transitions: number;
  types: number;
  characters: number;
}

function countsAt(view: DataView, start: number): Counts {
  const at = (index: number) => view.getUint32(start + 20 + 4 * index);
  return { isUt: at(0), isStd: at(1), leap: at(2), transitions: at(3), types: at(4), characters: at(5) };
}

/** One zone as text: `offset[d|s]abbreviation|...;delta.type ...;rule`, numbers of transitions in base 36. */
function zoneText(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const narrow = countsAt(view, 0);
  const second = 44 + narrow.transitions * 5 + narrow.types * 6 + narrow.characters + narrow.leap * 8 +
    narrow.isStd + narrow.isUt;
  const wide = countsAt(view, second);
  const times = second + 44;
  const indexes = times + 8 * wide.transitions;
  const types = indexes + wide.transitions;
  const names = types + 6 * wide.types;
  const text = new TextDecoder();
  const typeTexts = Array.from({ length: wide.types }, (_, i) => {
    const at = types + 6 * i;
    const from = names + view.getUint8(at + 5);
    const name = text.decode(bytes.subarray(from, bytes.indexOf(0, from)));
    return `${view.getInt32(at)}${view.getUint8(at + 4) === 1 ? "d" : "s"}${name}`;
  });
  let last = 0n;
  const moves = Array.from({ length: wide.transitions }, (_, i) => {
    const time = view.getBigInt64(times + 8 * i);
    const delta = time - last;
    last = time;
    return `${delta.toString(36)}.${view.getUint8(indexes + i).toString(36)}`;
  });
  const tail = names + wide.characters + 12 * wide.leap + wide.isStd + wide.isUt;
  return `${typeTexts.join("|")};${moves.join(" ")};${text.decode(bytes.subarray(tail)).trim()}`;
}

/** Zones with the same data share one line: a line of `names` holds the names of the same line of `data`. */
function main(root: string, out: string): void {
  const byText = new Map<string, string[]>();
  for (const name of filesBelow(root)) {
    const bytes = Deno.readFileSync(`${root}/${name}`);
    if (new TextDecoder().decode(bytes.subarray(0, 4)) !== "TZif") continue;
    const text = zoneText(bytes);
    byText.set(text, [...(byText.get(text) ?? []), name]);
  }
  const names = [...byText.values()].map((list) => list.join(" ")).join("\n");
  Deno.writeTextFileSync(out, `${JSON.stringify({ names, data: [...byText.keys()].join("\n") }, null, 2)}\n`);
}

const [directory, target] = Deno.args;
if (directory === undefined || target === undefined) {
  throw new Error("usage: make_zone_data.ts <directory of TZif files> <output file>");
}
main(directory, target);

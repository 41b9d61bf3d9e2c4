import { type ActionToken, commandsOf, effectOf, type Piece } from "./template_text.ts";

/** The type of a field that no schema tells, and what it was guessed from. */
export interface Guess {
  readonly type: "int" | "float" | "bool" | "text" | "value";
  readonly from: string;
}

/** Last words of names of texts; they win over the words below: `portName` is a text. */
const TEXT_WORDS = words(`
  name id key class type version image tag host hostname url uri domain address email path region zone policy mode
  plan tier label namespace password token secret arn cidr schedule expression format prefix suffix owner family engine
`);
const INT_WORDS = words(`
  replica replicas count port number num seconds secs minutes mins hours days gb gib mb mib kb kib tb tib bytes iops
  weight priority retention threads workers shards instances nodes connections concurrency parallelism completions
  timeout min max minimum maximum limit capacity storage throughput
`);
const BOOL_WORDS = words(`
  enabled enable disabled disable is has allow allowed use skip force require required encrypted accessible multi
  protected protection readonly private public
`);

function words(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}

/** `dbStorageGb` as `db`, `storage`, `gb`; `multiAZ` as `multi`, `az`. */
function wordsOf(name: string): string[] {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z0-9]+/).filter((word) =>
    word !== ""
  );
}

/** What a name says of its value: `replicas` and `dbStorageGb` are numbers, `multiAZ` is a yes or no. */
export function guessFromName(name: string): "int" | "bool" | "text" | undefined {
  const parts = wordsOf(name);
  const last = parts.at(-1) ?? "";
  if (TEXT_WORDS.has(last)) return "text";
  if (BOOL_WORDS.has(parts[0] ?? "") || BOOL_WORDS.has(last) || parts.includes("multi")) return "bool";
  return parts.some((word) => INT_WORDS.has(word)) ? "int" : undefined;
}

const RESULT_TYPES: readonly (readonly [Guess["type"], ReadonlySet<string>])[] = [
  [
    "int",
    words("add add1 sub mul div mod len int int64 atoi max min biggest ceil floor unixEpoch toDecimal"),
  ],
  ["float", words("float float64 addf subf mulf divf maxf minf round")],
  [
    "bool",
    words("bool eq ne lt le gt ge not empty hasKey has contains hasPrefix hasSuffix regexMatch all any"),
  ],
  [
    "value",
    words("list dict tuple fromJson mustFromJson splitList merge concat keys values asValue pick omit"),
  ],
  [
    "text",
    words(
      "quote squote toString printf print upper lower trim b64enc sha256sum randAlphaNum join uuidv4 now date",
    ),
  ],
];

/** What the template's own pipelines say: the result of their last function, or the default's kind. */
export function guessFromPipelines(found: readonly Piece[]): Guess | undefined {
  for (const piece of found) {
    if (piece.kind === "text" || effectOf(piece.tokens) !== "prints") continue;
    const last = commandsOf(piece.tokens).at(-1) ?? [];
    const [head, argument] = last;
    if (head?.kind !== "identifier") continue;
    if (head.text === "default" && argument !== undefined) {
      const type = literalType(argument);
      if (type !== undefined) return { type, from: `its default ${argument.text}` };
    }
    const known = RESULT_TYPES.find(([, names]) => names.has(head.text));
    if (known !== undefined) return { type: known[0], from: `its function ${head.text}` };
  }
  return undefined;
}

function literalType(token: ActionToken): Guess["type"] | undefined {
  if (token.kind === "bool") return "bool";
  if (token.kind === "number") return /^[-+]?\d+$/.test(token.text) ? "int" : "float";
  return token.kind === "string" || token.kind === "rawString" ? "text" : undefined;
}

/** What the texts between actions say, where a template chooses between literals: `{{ if .x }}5{{ else }}2{{ end }}`. */
export function guessFromLiterals(found: readonly Piece[]): Guess | undefined {
  const texts = found.filter((piece) => piece.kind === "text").map(({ text }) => text.trim()).filter((text) =>
    text !== ""
  );
  if (texts.length === 0) return undefined;
  const from = `the literal ${texts[0]}`;
  if (texts.every((text) => /^[-+]?\d+$/.test(text))) return { type: "int", from };
  if (texts.every((text) => /^[-+]?\d+(?:\.\d+)?$/.test(text))) return { type: "float", from };
  return texts.every((text) => text === "true" || text === "false")
    ? { type: "bool", from }
    : { type: "text", from };
}

/** The guess for a field without a schema: its pipelines, its literals, its name, the variable's name, in this order. */
export function guessType(field: string, found: readonly Piece[]): Guess | undefined {
  const told = guessFromPipelines(found) ?? guessFromLiterals(found);
  if (told !== undefined) return told;
  for (const name of [field, ...printedFields(found)]) {
    const type = guessFromName(name);
    if (type !== undefined) return { type, from: `the name ${name}` };
  }
  return undefined;
}

/** The last names of the fields that a template prints: `portName` of `{{ .service.portName }}`. */
export function printedFields(found: readonly Piece[]): string[] {
  return found.flatMap((piece) =>
    piece.kind === "text" || effectOf(piece.tokens) !== "prints"
      ? []
      : piece.tokens.filter(({ kind }) => kind === "field").map(({ text }) =>
        text.slice(text.lastIndexOf(".") + 1)
      )
  );
}

import { type Command, Option } from "commander";
import { hubSpec } from "../api/hub.ts";
import type { RowVerdict } from "../api/row.ts";
import { unpackSchemas } from "../sandbox/schema_kinds.ts";
import { SourceError } from "../source/port.ts";
import { checkSchema, isOurs } from "./check_manifest.ts";
import { databaseRows, type SecretFlags } from "./database_rows.ts";
import { FieldSchemas } from "./field_schema.ts";
import { collect, exitCode, readInput } from "./input_files.ts";
import { type Manifest, readManifests, titleOf } from "./manifest.ts";
import { OfflineKinds } from "./offline_kinds.ts";
import { asJson, asYaml } from "./render_output.ts";
import { renderForms, type Rendering } from "./rendering.ts";
import { type GivenRow, hubSpecOf, rowOfFlags, rowsOfFile, strangeNames, verdictOf } from "./row_input.ts";

export interface RenderOptions extends SecretFlags {
  readonly file: readonly string[];
  readonly row?: readonly string[];
  readonly rows?: string;
  readonly fromDatabase?: boolean;
  readonly namespace: string;
  readonly output: "yaml" | "json";
  readonly seed?: string;
  readonly showSensitive?: boolean;
}

/** `lynq render`: what the operator would apply for given rows, without a cluster. */
export function addRenderCommand(program: Command): void {
  program.command("render")
    .description("print the objects that forms give for rows, as they would be applied; needs no cluster")
    .requiredOption(
      "-f, --file <file>",
      "hub and forms, '-' for standard input; may be given several times",
      collect,
    )
    .option(
      "--row <name=value>",
      "one value of a row, by template variable or column; the flags make one row",
      collect,
    )
    .option("--rows <file>", "rows as JSON (a list of objects) or CSV (with a header, in a .csv file)")
    .option("--from-database", "read the rows from the hub's database")
    .option("--password-env <name>", "environment variable with the database password")
    .option("--password-file <file>", "file with the database password")
    .option("--ca-file <file>", "certificate of the authority, for a hub with tls.caRef")
    .option("-n, --namespace <name>", "namespace of hubs and forms that name none", "default")
    .addOption(
      new Option("-o, --output <format>", "what is printed").choices(["yaml", "json"]).default("yaml"),
    )
    .option("--show-sensitive", "print the values that the hub marks as sensitive")
    .option("--seed <text>", "what random values are derived from; in a cluster each node has its own seed")
    .action(async (options: RenderOptions) => {
      Deno.exitCode = await exitCode(() => render(options));
    });
}

/** Prints what rendered to standard output, what did not to standard error; exit code 1 if anything did not. */
export async function render(options: RenderOptions): Promise<number> {
  const problems: string[] = [];
  const documents: Rendering["documents"][number][] = [];
  const packed = unpackSchemas();
  const schemas = new FieldSchemas(packed);
  const manifests: Manifest[] = [];
  for (const name of options.file) {
    const read = readManifests(await readInput(name), () => schemas);
    manifests.push(...read.manifests);
    problems.push(...read.problems.map(({ file, line, message }) => `${file}:${line}: ${message}`));
  }
  let random = false;
  const sound = manifests.filter((manifest) => isSound(manifest, problems));
  const kinds = new OfflineKinds(packed, manifests);
  const given = await givenRows(options);
  for (const group of groupsOf(sound, options.namespace)) {
    const rows = await rowsFor(group, given, options);
    problems.push(...rows.problems);
    const { seed = "", showSensitive = false } = options;
    const of = { hub: rows.hub, forms: group.forms, rows: rows.verdicts };
    const rendering = renderForms({ ...of, kinds, seed, showSensitive });
    random ||= rendering.random;
    documents.push(...rendering.documents);
    problems.push(...rendering.problems);
  }
  if (!sound.some(({ kind }) => kind === "LynqForm")) {
    problems.push("no form to render: give files with a LynqForm");
  }
  const text = options.output === "json" ? asJson(documents) : asYaml(documents);
  await new Blob([text]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
  for (const problem of problems) console.error(problem);
  if (random && options.seed === undefined) console.error(SEEDLESS);
  return problems.length === 0 ? 0 : 1;
}

const SEEDLESS = "note: random values are derived from a fixed seed, give --seed for others; " +
  "in a cluster each node has a seed of its own";

function isSound(manifest: Manifest, problems: string[]): boolean {
  if (!isOurs(manifest)) return false;
  const found = checkSchema(manifest);
  problems.push(...found.map(({ file, line, message }) => `${file}:${line}: ${message}`));
  return found.length === 0;
}

/** The forms of one hub. */
interface Group {
  readonly hubId: string;
  readonly namespace: string;
  readonly hub: Manifest | undefined;
  readonly forms: readonly Manifest[];
}

function groupsOf(manifests: readonly Manifest[], namespace: string): Group[] {
  const groups = new Map<string, Group>();
  for (const form of manifests.filter(({ kind }) => kind === "LynqForm")) {
    const { hubId } = form.object["spec"] as { hubId: string };
    const own = form.namespace ?? namespace;
    const key = `${own}/${hubId}`;
    const hub = manifests.find((other) =>
      other.kind === "LynqHub" && other.name === hubId && (other.namespace ?? namespace) === own
    );
    groups.set(key, { hubId, namespace: own, hub, forms: [...groups.get(key)?.forms ?? [], form] });
  }
  return [...groups.values()];
}

/** The row of the flags first, then those of the file. */
async function givenRows({ row, rows }: RenderOptions): Promise<GivenRow[]> {
  const flags = row === undefined ? [] : [rowOfFlags(row)];
  return [...flags, ...rows === undefined ? [] : rowsOfFile(await readInput(rows))];
}

interface Rows {
  readonly hub: Parameters<typeof renderForms>[0]["hub"];
  readonly verdicts: readonly RowVerdict[];
  readonly problems: readonly string[];
}

async function rowsFor(group: Group, given: readonly GivenRow[], options: RenderOptions): Promise<Rows> {
  const spec = group.hub === undefined ? hubSpecOf(given) : hubSpec.parse(group.hub.object["spec"]);
  const hub = { name: group.hubId, namespace: group.namespace, spec };
  const [first] = group.hub === undefined || options.row === undefined ? [] : given;
  const strange = first === undefined ? [] : strangeNames(spec, first);
  const stored = options.fromDatabase === true
    ? await databaseRowsOf(group, options)
    : { verdicts: [], problems: [] };
  const verdicts = [...given.map((row) => verdictOf(spec, row)), ...stored.verdicts];
  return { hub, verdicts, problems: [...strange, ...stored.problems, ...idle(verdicts, options)] };
}

/** Why nothing is printed, where no row asks for anything. */
function idle(verdicts: readonly RowVerdict[], { row, rows, fromDatabase }: RenderOptions): string[] {
  if (row === undefined && rows === undefined && fromDatabase !== true) {
    return ["no rows: give --row uid=NAME ..., --rows FILE or --from-database"];
  }
  const inactive = verdicts.length > 0 && verdicts.every(({ kind }) => kind === "inactive");
  return inactive ? [`no active row: all ${verdicts.length} are inactive`] : [];
}

async function databaseRowsOf(
  group: Group,
  options: RenderOptions,
): Promise<Pick<Rows, "verdicts" | "problems">> {
  if (group.hub === undefined) {
    const message =
      `LynqHub ${group.namespace}/${group.hubId} is in none of the files: --from-database needs it`;
    return { verdicts: [], problems: [message] };
  }
  try {
    return { verdicts: await databaseRows(group.hub, options), problems: [] };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { verdicts: [], problems: [`${titleOf(group.hub)}: ${error.message}. ${error.remedy}`] };
  }
}

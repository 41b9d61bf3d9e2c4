import type { Command } from "commander";
import { unpackSchemas } from "../sandbox/schema_kinds.ts";
import { FieldSchemas } from "./field_schema.ts";
import { type FormatChange, formatYaml } from "./format.ts";
import { collect, exitCode, readInput, writeFile } from "./input_files.ts";

export interface FmtOptions {
  readonly file: readonly string[];
  readonly write?: boolean;
  readonly check?: boolean;
}

/** `lynq fmt`: rewrites files with unquoted templates and repeated keys into YAML that the API server takes. */
export function addFmtCommand(program: Command): void {
  program.command("fmt")
    .description(
      "quote and type the templates of a file, merge keys that stand twice; prints what it changed",
    )
    .requiredOption(
      "-f, --file <file>",
      "a file, '-' for standard input; may be given several times",
      collect,
    )
    .option("--write", "write the result to the file instead of standard output")
    .option("--check", "change nothing; exit code 1 if a file would change")
    .action(async (options: FmtOptions) => {
      Deno.exitCode = await exitCode(() => fmt(options));
    });
}

/** Exit code 1 when something has to be changed by hand, or with `check` when something would change. */
export async function fmt({ file, write, check }: FmtOptions): Promise<number> {
  const schemas = lazySchemas();
  let code = 0;
  for (const name of file) {
    const input = await readInput(name);
    const { text, changes, problems } = formatYaml(input.text, schemas);
    for (const change of changes) console.error(line(input.name, change));
    for (const problem of problems) console.error(`${line(input.name, problem)}`);
    if (problems.length > 0 || (check && text !== input.text)) code = 1;
    if (check || (problems.length > 0 && write)) continue;
    if (!write || name === "-") await Deno.stdout.write(new TextEncoder().encode(text));
    else if (text !== input.text) await writeFile(name, text);
  }
  return code;
}

function line(file: string, change: FormatChange): string {
  return `${file}:${change.line}: ${change.message}`;
}

/** The schemas of the built-in kinds, unpacked when first asked for. */
export function lazySchemas(): () => FieldSchemas {
  let schemas: FieldSchemas | undefined;
  return () => schemas ??= new FieldSchemas(unpackSchemas());
}

import type { Command } from "commander";
import { formSpec } from "../api/form.ts";
import { hubSpec } from "../api/hub.ts";
import { checkFormManifest, checkSchema, isOurs } from "./check_manifest.ts";
import { lazySchemas } from "./fmt.ts";
import { collect, exitCode, readInput } from "./input_files.ts";
import { type Manifest, type ManifestProblem, readManifests, titleOf } from "./manifest.ts";

export interface ValidateOptions {
  readonly file: readonly string[];
  readonly namespace: string;
}

/** `lynq validate`: everything that the API server and the operator would say against hubs and forms. */
export function addValidateCommand(program: Command): void {
  program.command("validate")
    .description("check hubs and forms as the API server and the operator would; needs no cluster")
    .requiredOption(
      "-f, --file <file>",
      "a file, '-' for standard input; may be given several times",
      collect,
    )
    .option("-n, --namespace <name>", "namespace of hubs and forms that name none", "default")
    .action(async (options: ValidateOptions) => {
      Deno.exitCode = await exitCode(() => validate(options));
    });
}

export interface Validation {
  readonly problems: readonly ManifestProblem[];
  readonly warnings: readonly ManifestProblem[];
  readonly checked: readonly Manifest[];
}

/** One line a problem on standard error; exit code 1 if there is one. Warnings leave the code at 0. */
export async function validate({ file, namespace }: ValidateOptions): Promise<number> {
  const schemas = lazySchemas();
  const manifests: Manifest[] = [];
  const unread: ManifestProblem[] = [];
  for (const name of file) {
    const read = readManifests(await readInput(name), schemas);
    manifests.push(...read.manifests);
    unread.push(...read.problems);
  }
  const { problems, warnings, checked } = validateManifests(manifests, namespace);
  for (const each of [...unread, ...problems]) console.error(`${each.file}:${each.line}: ${each.message}`);
  for (const each of warnings) console.error(`${each.file}:${each.line}: warning: ${each.message}`);
  const faulty = unread.length + problems.length;
  const others = manifests.length - checked.length;
  const kinds = others === 0 ? "" : `, ${others} of other kinds passed over`;
  console.log(`${checked.length} checked${kinds}, ${faulty} problem${faulty === 1 ? "" : "s"}`);
  return faulty === 0 ? 0 : 1;
}

/** Pure. The hub of a form is looked for among the manifests; where no hub is given, it is taken to exist. */
export function validateManifests(manifests: readonly Manifest[], namespace: string): Validation {
  const checked = manifests.filter(isOurs);
  const hubs = checked.filter(({ kind }) => kind === "LynqHub");
  const problems = [...checked.flatMap(checkSchema), ...repeatedNames(checked, namespace)];
  const warnings: ManifestProblem[] = [];
  for (const form of checked.filter(({ kind }) => kind === "LynqForm")) {
    const spec = formSpec.safeParse(form.object["spec"]);
    if (!spec.success) continue;
    const hub = hubs.find((other) =>
      other.name === spec.data.hubId && (other.namespace ?? namespace) === (form.namespace ?? namespace)
    );
    const parsed = hub === undefined ? undefined : hubSpec.safeParse(hub.object["spec"]);
    const known = parsed?.success === true ? parsed.data : undefined;
    const found = checkFormManifest(form, {
      spec: spec.data,
      hub: known ?? (hub === undefined && hubs.length > 0 ? "absent" : "unknown"),
    });
    problems.push(...found.problems);
    warnings.push(...found.warnings);
  }
  return { problems, warnings, checked };
}

/** Two manifests of one object: the second would replace the first. */
function repeatedNames(manifests: readonly Manifest[], namespace: string): ManifestProblem[] {
  const seen = new Map<string, Manifest>();
  return manifests.flatMap((manifest) => {
    const key = titleOf({ ...manifest, namespace: manifest.namespace ?? namespace });
    const first = seen.get(key);
    seen.set(key, manifest);
    if (first === undefined) return [];
    const { file } = manifest;
    const where = `${first.file}:${first.line("metadata.name")}`;
    return [{
      file,
      line: manifest.line("metadata.name"),
      message: `${key} stands in ${where} too: rename or remove one`,
    }];
  });
}

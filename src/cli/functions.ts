import type { Command } from "commander";
import { type FunctionReference, reference } from "../template/reference.ts";
import { suggest } from "../template/suggest.ts";

/** `lynq functions [name]`: the reference of the functions that templates can call. */
export function addFunctionsCommand(program: Command): void {
  program.command("functions")
    .description("the functions that templates can call, all or one by name, each with an example")
    .argument("[name]", "a function")
    .action((name: string | undefined) => {
      Deno.exitCode = printFunctions(name);
    });
}

/** Exit code 1 for a name that no function has. */
export function printFunctions(name: string | undefined): number {
  if (name === undefined) {
    console.log(functionList());
    return 0;
  }
  const entry = reference.find((known) => known.name === name);
  if (entry !== undefined) {
    console.log(describe(entry));
    return 0;
  }
  const hint = suggest(name, reference.map((known) => known.name)) ?? "'lynq functions' lists all";
  console.error(`no function ${JSON.stringify(name)}; ${hint}`);
  return 1;
}

/** All functions, family by family, a line each. */
export function functionList(): string {
  const families = Map.groupBy(reference, ({ family }) => family);
  return [...families].map(([family, entries]) => {
    const lines = entries.map(({ signature, description }) => `  ${signature.padEnd(34)} ${description}`);
    return [`${family}:`, ...lines].join("\n");
  }).join("\n\n");
}

/** One function: its signature, what it does, an example with its result. */
export function describe(entry: FunctionReference): string {
  const { signature, family, description, example, output, lasting } = entry;
  const result = output.kind === "text" ? output.value : `something like /${output.value}/`;
  const shown = result.includes("\n") ? `\n${result}` : result;
  const told = lasting === undefined ? [description] : [description, lasting];
  return [`${signature}   (${family})`, ...told, "", `  ${example}`, `  => ${shown}`].join("\n");
}

import { Command } from "commander";
import { addOperatorCommand } from "./operator.ts";

/** The commands beside `operator`, each with the module that adds it. */
const OTHERS: Readonly<Record<string, (program: Command) => Promise<void>>> = {
  demo: async (program) => (await import("./demo.ts")).addDemoCommand(program),
  render: async (program) => (await import("./render.ts")).addRenderCommand(program),
  fmt: async (program) => (await import("./fmt.ts")).addFmtCommand(program),
  validate: async (program) => (await import("./validate.ts")).addValidateCommand(program),
  functions: async (program) => (await import("./functions.ts")).addFunctionsCommand(program),
  downgrade: async (program) => (await import("./downgrade.ts")).addDowngradeCommand(program),
};

const HELP = new Set(["help", "--help", "-h"]);

/**
 * The command line for these arguments. `lynq operator` is also what runs without a command; the thread that launches it
 * stays alive beside the controllers, so that only what the arguments ask for is loaded.
 */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command("lynq")
    .description("A database row is the whole request for infrastructure.")
    .showHelpAfterError();
  addOperatorCommand(program);
  for (const name of asked(args)) await OTHERS[name]?.(program);
  return program;
}

/** Help and a command that there is not are about all of them; flags alone are the operator's. */
function asked([first]: readonly string[]): readonly string[] {
  if (first === "operator" || first === undefined) return [];
  if (Object.hasOwn(OTHERS, first)) return [first];
  return first.startsWith("-") && !HELP.has(first) ? [] : Object.keys(OTHERS);
}

import { Command } from "commander";
import { addDemoCommand } from "./demo.ts";
import { addDowngradeCommand } from "./downgrade.ts";
import { addFmtCommand } from "./fmt.ts";
import { addFunctionsCommand } from "./functions.ts";
import { addOperatorCommand } from "./operator.ts";
import { addRenderCommand } from "./render.ts";
import { addValidateCommand } from "./validate.ts";

/** The command line. `lynq operator` is also what runs without a command. */
export function createProgram(): Command {
  const program = new Command("lynq")
    .description("A database row is the whole request for infrastructure.")
    .showHelpAfterError();
  addOperatorCommand(program);
  addDemoCommand(program);
  addRenderCommand(program);
  addFmtCommand(program);
  addValidateCommand(program);
  addFunctionsCommand(program);
  addDowngradeCommand(program);
  return program;
}

import { Command } from "commander";
import { addDemoCommand } from "./demo.ts";
import { addFmtCommand } from "./fmt.ts";
import { addOperatorCommand } from "./operator.ts";

/** The command line. `lynq operator` is also what runs without a command. */
export function createProgram(): Command {
  const program = new Command("lynq")
    .description("A database row is the whole request for infrastructure.")
    .showHelpAfterError();
  addOperatorCommand(program);
  addDemoCommand(program);
  addFmtCommand(program);
  return program;
}

import { Command } from "commander";
import { addOperatorCommand } from "./operator.ts";

/** The command line: `lynq operator`, which is also what runs without a command. */
export function createProgram(): Command {
  const program = new Command("lynq")
    .description("A database row is the whole request for infrastructure.")
    .showHelpAfterError();
  addOperatorCommand(program);
  return program;
}

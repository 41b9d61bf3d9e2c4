import { withDoubleDashes } from "./cli/operator_flags.ts";
import { createProgram } from "./cli/program.ts";

if (import.meta.main) {
  const args = withDoubleDashes(Deno.args);
  const program = await createProgram(args);
  await program.parseAsync(args, { from: "user" });
}

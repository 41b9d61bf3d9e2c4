import { withDoubleDashes } from "./cli/operator_flags.ts";
import { createProgram } from "./cli/program.ts";

if (import.meta.main) await createProgram().parseAsync(withDoubleDashes(Deno.args), { from: "user" });

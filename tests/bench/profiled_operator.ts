/**
 * The operator in one thread under V8's inspector. It takes the operator's flags; SIGUSR2 writes a CPU profile of all the
 * time since the start, and the memory before and after a full collection of garbage, to the folder that LYNQ_PROFILE
 * names.
 */
import { join } from "node:path";
import { Session } from "node:inspector";
import { Command } from "commander";
import { operatorOptions, withOperatorFlags } from "../../src/cli/operator_flags.ts";
import { startOperator } from "../../src/operator/operator.ts";
import { CPU_PROFILE, MEMORY } from "./profile_files.ts";

/** Microseconds between two samples. */
const INTERVAL = 500;

function send(session: Session, method: string, parameters: object = {}): Promise<unknown> {
  return new Promise((resolve, reject) =>
    session.post(method, parameters, (error: Error | null, answer?: object) => {
      if (error === null) resolve(answer);
      else reject(error);
    })
  );
}

async function startProfile(session: Session): Promise<void> {
  await send(session, "Profiler.enable");
  await send(session, "Profiler.setSamplingInterval", { interval: INTERVAL });
  await send(session, "Profiler.start");
}

/** The memory is written last, so that who sees it finds both. */
async function writeProfile(session: Session, folder: string): Promise<void> {
  const { profile } = await send(session, "Profiler.stop") as { profile: unknown };
  await Deno.writeTextFile(join(folder, CPU_PROFILE), JSON.stringify(profile));
  const before = Deno.memoryUsage();
  await send(session, "HeapProfiler.collectGarbage");
  const after = Deno.memoryUsage();
  const file = join(folder, MEMORY);
  await Deno.writeTextFile(`${file}.new`, JSON.stringify({ before, after }));
  await Deno.rename(`${file}.new`, file);
}

async function main(folder: string): Promise<void> {
  const session = new Session();
  session.connect();
  await startProfile(session);
  const failed = (error: unknown) => {
    console.error(String(error));
    Deno.exit(1);
  };
  Deno.addSignalListener("SIGUSR2", () => {
    writeProfile(session, folder).catch(failed);
  });
  const command = withOperatorFlags(new Command("operator")).parse(Deno.args, { from: "user" });
  const operator = await startOperator(operatorOptions(command), { fail: failed });
  Deno.addSignalListener("SIGTERM", () => {
    operator.stop().then(() => Deno.exit(0)).catch(failed);
  });
}

if (import.meta.main) await main(Deno.env.get("LYNQ_PROFILE") ?? ".");

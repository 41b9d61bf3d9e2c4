/**
 * Starts the probe in place of the controllers: the flags of `lynq operator`, read as it reads them, and its thread with
 * the permissions that it would give. The first argument is what to try; what came of it is written as JSON.
 */
import { Command } from "commander";
import { startThread, threadPermissions } from "../../src/cli/controllers_thread.ts";
import { operatorOptions, withOperatorFlags } from "../../src/cli/operator_flags.ts";

const [request = "", ...args] = Deno.args;
const command = withOperatorFlags(new Command("operator")).action(() => {});
command.parse(args, { from: "user" });
const permissions = await threadPermissions(operatorOptions(command));
const thread = startThread(new URL("./permission_probe_worker.ts", import.meta.url), permissions);
thread.onmessage = ({ data }) => {
  console.log(JSON.stringify(data));
  thread.terminate();
};
thread.postMessage(JSON.parse(request));

import { startSandbox } from "../../src/sandbox/mod.ts";
import { apiServerTests } from "./api_server_contract.ts";

apiServerTests("the sandbox answers as a Kubernetes API server", async () => {
  const sandbox = await startSandbox({ workloadDelayMs: 50 });
  return { url: sandbox.url, token: undefined, http: undefined, stop: () => sandbox.stop() };
});

import { requireControlPlane } from "../support/control_plane.ts";
import { apiServerTests } from "./api_server_contract.ts";

const answer = await requireControlPlane();

if (answer.kind === "skip") {
  Deno.test({
    name: `kube-apiserver keeps the contract (skipped: ${answer.reason})`,
    ignore: true,
    fn: () => {},
  });
} else {
  const { plane } = answer;
  apiServerTests("kube-apiserver keeps the contract", async () => {
    await plane.startControllerManager();
    const http = Deno.createHttpClient({ caCerts: [plane.caPem] });
    return {
      url: plane.server,
      token: "admin",
      http,
      stop: () => {
        http.close();
        return Promise.resolve();
      },
    };
  });
}

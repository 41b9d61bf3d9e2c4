import assert from "node:assert/strict";
import type { KubeObject } from "../kube/object.ts";
import { withoutHeldBy } from "./held_addresses.ts";

const service = (spec: Record<string, unknown>): KubeObject => ({ metadata: { name: "web" }, spec });
const LIVE = service({
  clusterIP: "10.0.0.1",
  clusterIPs: ["10.0.0.1"],
  healthCheckNodePort: 30001,
  ports: [{ port: 80, nodePort: 30080 }, { port: 81 }],
});
const left = (spec: Record<string, unknown>, live = LIVE) => withoutHeldBy(service(spec), live)["spec"];

Deno.test("what the live Service has for itself is left out of a copy of it", () => {
  assert.deepEqual(
    left({
      type: "NodePort",
      clusterIP: "10.0.0.1",
      clusterIPs: ["10.0.0.1"],
      healthCheckNodePort: 30001,
      ports: [{ port: 80, nodePort: 30080, name: "http" }],
    }),
    { type: "NodePort", ports: [{ port: 80, name: "http" }] },
  );
});

Deno.test("what it has not stays, to be checked", () => {
  const wanted = {
    clusterIP: "10.0.0.2",
    healthCheckNodePort: 30002,
    ports: [{ port: 80, nodePort: 30081 }],
  };
  assert.deepEqual(left(wanted), wanted);
  const headless = { clusterIP: "None", ports: [{ port: 80 }] };
  assert.deepEqual(left(headless, service({ clusterIP: "None", clusterIPs: ["None"] })), headless);
  assert.deepEqual(left({}), {});
});

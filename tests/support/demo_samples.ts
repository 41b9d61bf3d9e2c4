import type { DemoNode, DemoResource, Tenant } from "../../src/cli/demo_state.ts";

/** States of the demo's view with everything Ready, for tests to change. */
export function demoResource(changed: Partial<DemoResource> = {}): DemoResource {
  return {
    id: "web",
    kind: "Deployment",
    namespace: "node-acme",
    name: "web",
    state: "Ready",
    message: "",
    uid: "u1",
    wanted: "h1",
    written: "t1",
    ...changed,
  };
}

/** `acme-web` is the node of the form `web`. */
export function demoNode(name: string, changed: Partial<DemoNode> = {}): DemoNode {
  return {
    name,
    form: name.replace(/^.*-/, ""),
    progress: "Ready",
    ready: 1,
    desired: 1,
    message: "",
    resources: [demoResource()],
    ...changed,
  };
}

export function tenant(uid: string, nodes: readonly DemoNode[], plan = "pro"): Tenant {
  return { uid, plan, row: "active", nodes };
}

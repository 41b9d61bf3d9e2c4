import { requireControlPlane } from "../support/control_plane.ts";
import { sampleTest } from "../support/sample_lab.ts";

const answer = await requireControlPlane();

function application(node: string, flags: { variant: string; support: string }): Record<string, unknown> {
  const env = [
    { name: "CHECKOUT_VARIANT", value: flags.variant },
    { name: "PRIORITY_SUPPORT", value: flags.support },
  ];
  return {
    [`Namespace node-${node}`]: {},
    [`Deployment node-${node}/${node}-web`]: { spec: { template: { spec: { containers: [{ env }] } } } },
  };
}

const assistant = (node: string) => ({
  [`Deployment node-${node}/${node}-assistant`]: {},
  [`Service node-${node}/${node}-assistant`]: { spec: { selector: { app: `${node}-assistant` } } },
});

const viewed = (node: string, plan: string) => ({
  [`Deployment node-${node}/${node}-app`]: { metadata: { labels: { plan } } },
});

sampleTest(answer, {
  folder: "feature-flags",
  name: "flags are variables, conditions of resources, and views",
}, [
  {
    title: "each node has what its flags say",
    does: ["schema.sql", "form.yaml", "form-flags.yaml", "hub.yaml", "hub-flags.yaml"],
    expected: {
      nodes: { "acme-flags": "Ready", "globex-flags": "Ready", "acme-feature": "Ready" },
      children: {
        ...application("acme", { variant: "a", support: "on" }),
        ...application("globex", { variant: "a", support: "off" }),
        ...assistant("acme"),
        ...viewed("acme", "enterprise"),
      },
    },
  },
  {
    title: "what a flag takes away goes, what it gives comes, and the rest stays",
    does: ["change.sql"],
    expected: {
      nodes: { "acme-flags": "Ready", "globex-flags": "Ready", "globex-feature": "Ready" },
      children: {
        ...application("acme", { variant: "a", support: "on" }),
        ...application("globex", { variant: "b", support: "off" }),
        ...assistant("globex"),
        ...viewed("globex", "basic"),
      },
    },
  },
  {
    title: "inactive nodes take everything along, the namespace that two of them declare too",
    does: ["teardown.sql"],
    expected: { nodes: {}, children: {} },
  },
]);

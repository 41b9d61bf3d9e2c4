import { requireControlPlane } from "../support/control_plane.ts";
import { sampleTest } from "../support/sample_lab.ts";

const answer = await requireControlPlane();

function environment(id: string, image: string): Record<string, unknown> {
  const namespace = `preview-${id}`;
  return {
    [`Namespace ${namespace}`]: { metadata: { labels: { environment: "preview" } } },
    [`ResourceQuota ${namespace}/preview`]: { spec: { hard: { pods: "5" } } },
    [`Deployment ${namespace}/app`]: { spec: { template: { spec: { containers: [{ image }] } } } },
    [`Service ${namespace}/app`]: { spec: { selector: { app: "app" } } },
    [`Ingress ${namespace}/app`]: { spec: { rules: [{ host: `${id}.preview.example.com` }] } },
  };
}

sampleTest(answer, {
  folder: "preview-environments",
  name: "an environment lives until its row's time is over",
}, [
  {
    title: "a row stands up an environment",
    does: ["schema.sql", "form.yaml", "hub.yaml"],
    expected: {
      nodes: { "pr-101-preview": "Ready", "pr-102-preview": "Ready" },
      children: {
        ...environment("pr-101", "nginx:1.27-alpine"),
        ...environment("pr-102", "nginx:1.27-alpine"),
      },
    },
  },
  {
    title: "one changes, one ends before its time, and one comes",
    does: ["change.sql"],
    expected: {
      nodes: { "pr-101-preview": "Ready", "demo-preview": "Ready" },
      children: {
        ...environment("pr-101", "nginx:1.28-alpine"),
        ...environment("demo", "nginx:1.27-alpine"),
      },
    },
  },
  {
    title: "one goes by itself when its time is over, and what was ended comes back with a new time",
    does: ["times.sql"],
    expected: {
      nodes: { "pr-101-preview": "Ready", "pr-102-preview": "Ready" },
      children: {
        ...environment("pr-101", "nginx:1.28-alpine"),
        ...environment("pr-102", "nginx:1.27-alpine"),
      },
    },
  },
  {
    title: "all rows are deleted at once and nothing waits for an approval",
    does: ["teardown.sql"],
    expected: { nodes: {}, children: {}, hub: { status: { desired: 0 } } },
  },
]);

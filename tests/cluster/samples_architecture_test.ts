import { requireControlPlane } from "../support/control_plane.ts";
import { type SampleLab, sampleTest } from "../support/sample_lab.ts";

const answer = await requireControlPlane();

function application(node: string, values: unknown = {}): Record<string, unknown> {
  return { [`Deployment ${node}-app`]: values, [`Service ${node}-svc`]: {} };
}

const env = (value: string) => [{ name: "HOST", value }];
const host = (value: string) => ({ spec: { template: { spec: { containers: [{ env: env(value) }] } } } });

const removed = (kind: string, name: string) => ({ objects, namespace }: SampleLab) =>
  objects.remove({ apiVersion: "operator.lynq.sh/v1", kind, namespace, name });

sampleTest(answer, {
  folder: "architecture",
  name: "a form's nodes, and one that is written by hand",
}, [
  {
    title: "each row has a node with two resources, and the host of its URL",
    does: ["schema.sql", "hub.yaml", "form.yaml"],
    expected: {
      nodes: { "acme-web-app": "Ready", "globex-web-app": "Ready" },
      children: {
        ...application("acme", host("acme.example.com")),
        ...application("globex", host("globex.example.com")),
      },
    },
  },
  {
    title: "the form takes its nodes along",
    does: [removed("LynqForm", "web-app")],
    expected: { nodes: {}, children: {} },
  },
  {
    title: "a node by hand works without the form",
    does: ["node.yaml"],
    expected: {
      nodes: { "acme-web-app": "Ready" },
      children: application("acme", {
        spec: { template: { spec: { containers: [{ image: "nginx:1.27-alpine" }] } } },
      }),
    },
  },
  {
    title: "and takes its resources along",
    does: [removed("LynqNode", "acme-web-app")],
    expected: { nodes: {}, children: {} },
  },
]);

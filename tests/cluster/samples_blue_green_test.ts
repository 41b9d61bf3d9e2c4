import { requireControlPlane } from "../support/control_plane.ts";
import { type Expected, sampleTest } from "../support/sample_lab.ts";

const answer = await requireControlPlane();

interface Colors {
  readonly blue: string;
  readonly green: string;
  readonly live: string;
  readonly preview: string;
}

const FIRST: Colors = { blue: "1.27-alpine", green: "1.27-alpine", live: "blue", preview: "green" };

function environment(node: string, colors: Colors): Record<string, unknown> {
  const deployment = (version: string) => ({
    spec: { template: { spec: { containers: [{ image: `nginx:${version}` }] } } },
  });
  const service = (color: string) => ({ spec: { selector: { app: node, color } } });
  return {
    [`Namespace node-${node}`]: {},
    [`Deployment node-${node}/${node}-blue`]: deployment(colors.blue),
    [`Deployment node-${node}/${node}-green`]: deployment(colors.green),
    [`Service node-${node}/${node}-live`]: service(colors.live),
    [`Service node-${node}/${node}-preview`]: service(colors.preview),
  };
}

function acme(colors: Colors, state = "Ready"): Expected {
  return {
    nodes: { "acme-app": state, "globex-app": "Ready" },
    children: { ...environment("acme", colors), ...environment("globex", FIRST) },
  };
}

sampleTest(answer, { folder: "blue-green", name: "a column moves the traffic, and only to what is ready" }, [
  {
    title: "both colours run, and blue has the traffic",
    does: ["schema.sql", "form.yaml", "hub.yaml"],
    expected: acme(FIRST),
  },
  {
    title: "the idle colour gets a new version, seen through the preview",
    does: ["change-1-new-version.sql"],
    expected: acme({ ...FIRST, green: "1.28-alpine" }),
  },
  {
    title: "the column switches the traffic of its row alone",
    does: ["change-2-switch.sql"],
    expected: acme({ ...FIRST, green: "1.28-alpine", live: "green", preview: "blue" }),
  },
  {
    title: "and back",
    does: ["change-3-back.sql"],
    expected: acme({ ...FIRST, green: "1.28-alpine" }),
  },
  {
    title: "a version that doesn't come up gets no traffic",
    does: ["change-4-broken.sql"],
    expected: acme(
      { ...FIRST, green: "1.29-unpullable", live: "blue", preview: "green" },
      "Waiting for green to become ready",
    ),
  },
  {
    title: "once it is mended and ready, the traffic moves",
    does: ["change-5-mended.sql"],
    expected: acme({ ...FIRST, green: "1.29-alpine", live: "green", preview: "blue" }),
  },
  {
    title: "inactive rows take everything along",
    does: ["teardown.sql"],
    expected: { nodes: {}, children: {} },
  },
]);

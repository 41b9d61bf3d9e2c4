import { asList, asMap } from "./apply_typed.ts";
import { type DefaultRules, type Fields, under } from "./schema_default_rules.ts";

const FILE_MODE = { defaultMode: 0o644 };

/** The defaults of pods and pod templates: `pkg/apis/core/v1/defaults.go` of Kubernetes 1.34. */
export const POD_DEFAULTS: DefaultRules = {
  "core.v1.Pod": (pod) => {
    const spec = asMap(pod["spec"]) ?? {};
    const host = spec["hostNetwork"] === true;
    return {
      ...pod,
      spec: {
        ...under(spec, { enableServiceLinks: true }),
        ...containersOf(spec, (container) => withHostPorts(withRequests(container), host)),
      },
    };
  },
  "core.v1.PodSpec": (spec) => {
    const account = spec["serviceAccountName"] ?? spec["serviceAccount"];
    return {
      ...under(spec, {
        dnsPolicy: "ClusterFirst",
        restartPolicy: "Always",
        securityContext: {},
        terminationGracePeriodSeconds: 30,
        schedulerName: "default-scheduler",
      }),
      ...(account === undefined ? {} : { serviceAccountName: account, serviceAccount: account }),
    };
  },
  "core.v1.Container": container,
  "core.v1.EphemeralContainer": container,
  "core.v1.Probe": (probe) =>
    under(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }),
  "core.v1.HTTPGetAction": (action) => under(action, { path: "/", scheme: "HTTP" }),
  "core.v1.ObjectFieldSelector": (selector) => under(selector, { apiVersion: "v1" }),
  "core.v1.Volume": (volume) =>
    Object.keys(volume).some((name) => name !== "name") ? volume : { ...volume, emptyDir: {} },
  "core.v1.SecretVolumeSource": (source) => under(source, FILE_MODE),
  "core.v1.ConfigMapVolumeSource": (source) => under(source, FILE_MODE),
  "core.v1.DownwardAPIVolumeSource": (source) => under(source, FILE_MODE),
  "core.v1.ProjectedVolumeSource": (source) => under(source, FILE_MODE),
  "core.v1.ServiceAccountTokenProjection": (source) => under(source, { expirationSeconds: 3600 }),
  "core.v1.HostPathVolumeSource": (source) => source["type"] === undefined ? { ...source, type: "" } : source,
};

function container(fields: Fields): Fields {
  return under(fields, {
    imagePullPolicy: imageTag(String(fields["image"] ?? "")) === "latest" ? "Always" : "IfNotPresent",
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
  });
}

/** The tag of an image reference; "latest" without tag and digest, "" with a digest alone. */
function imageTag(image: string): string {
  const [name = "", digest] = image.split("@");
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  if (colon >= 0) return name.slice(colon + 1);
  return digest === undefined ? "latest" : "";
}

function containersOf(spec: Fields, change: (container: Fields) => Fields): Fields {
  const out: Record<string, unknown> = {};
  for (const name of ["containers", "initContainers"]) {
    const list = asList(spec[name]);
    if (list !== undefined) out[name] = list.map((item) => change(asMap(item) ?? {}));
  }
  return out;
}

function withRequests(fields: Fields): Fields {
  const resources = asMap(fields["resources"]) ?? {};
  const limits = asMap(resources["limits"]);
  if (limits === undefined) return fields;
  const requests = { ...limits, ...asMap(resources["requests"]) };
  return { ...fields, resources: { ...resources, requests } };
}

function withHostPorts(fields: Fields, host: boolean): Fields {
  const ports = asList(fields["ports"]);
  if (!host || ports === undefined) return fields;
  return {
    ...fields,
    ports: ports.map((port) => under(asMap(port) ?? {}, { hostPort: asMap(port)?.["containerPort"] })),
  };
}

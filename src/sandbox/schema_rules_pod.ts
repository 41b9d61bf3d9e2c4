import { asMap } from "./apply_typed.ts";
import {
  duplicateNames,
  type Fields,
  labelCauses,
  mapsOf,
  negativeCauses,
  portCauses,
  type RuleCause,
  type Rules,
  textOf,
} from "./schema_rule_parts.ts";
import { nanosOfQuantity } from "./schema_quantity.ts";
import { forbiddenValue, invalidValue, requiredValue } from "./status_error.ts";

/** In the order in which the server looks at them; the first one that is set is the one that counts. */
const VOLUME_SOURCES = [
  "emptyDir",
  "hostPath",
  "gitRepo",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "secret",
  "nfs",
  "iscsi",
  "persistentVolumeClaim",
  "rbd",
  "cephfs",
  "downwardAPI",
  "fc",
  "configMap",
  "azureFile",
  "projected",
  "csi",
  "ephemeral",
  "image",
];

/** Rules of pods and pod templates: `ValidatePodSpec` of Kubernetes 1.34, in its words. */
export const POD_RULES: Rules = {
  "core.v1.PodSpec": (spec, at) => [
    ...duplicateNames(mapsOf(spec["volumes"]), `${at}.volumes`),
    ...(mapsOf(spec["containers"]).length === 0 ? [requiredValue(`${at}.containers`)] : []),
    ...duplicateNames(mapsOf(spec["containers"]), `${at}.containers`),
    ...mountCauses(spec, at),
    ...negativeCauses(`${at}.terminationGracePeriodSeconds`, spec["terminationGracePeriodSeconds"]),
  ],
  "core.v1.Volume": (volume, at) => [
    ...(textOf(volume, "name") === ""
      ? [requiredValue(`${at}.name`)]
      : labelCauses(`${at}.name`, textOf(volume, "name"))),
    ...VOLUME_SOURCES.filter((name) => volume[name] !== undefined).slice(1)
      .map((name) => forbiddenValue(`${at}.${name}`, "may not specify more than 1 volume type")),
  ],
  "core.v1.Container": (container, at) => [
    ...(textOf(container, "name") === ""
      ? [requiredValue(`${at}.name`)]
      : labelCauses(`${at}.name`, textOf(container, "name"))),
    ...(textOf(container, "image") === "" ? [requiredValue(`${at}.image`)] : []),
    ...duplicateNames(mapsOf(container["ports"]), `${at}.ports`),
  ],
  "core.v1.ContainerPort": (port, at) => [
    ...(port["containerPort"] === 0
      ? [requiredValue(`${at}.containerPort`)]
      : portCauses(`${at}.containerPort`, port["containerPort"])),
    ...portCauses(`${at}.hostPort`, port["hostPort"]),
  ],
  "core.v1.EnvVar": (variable, at) => [
    ...(textOf(variable, "name") === "" ? [requiredValue(`${at}.name`)] : []),
    ...(textOf(variable, "value") !== "" && variable["valueFrom"] !== undefined
      ? [invalidValue(`${at}.valueFrom`, "", "may not be specified when `value` is not empty")]
      : []),
  ],
  "core.v1.VolumeMount": (mount, at) => [
    ...(textOf(mount, "name") === "" ? [requiredValue(`${at}.name`)] : []),
    ...(textOf(mount, "mountPath") === "" ? [requiredValue(`${at}.mountPath`)] : []),
  ],
  "core.v1.ResourceRequirements": resourceCauses,
};

/** Every mount names a volume of its pod. */
function mountCauses(spec: Fields, at: string): readonly RuleCause[] {
  const volumes = new Set(mapsOf(spec["volumes"]).map((volume) => textOf(volume, "name")));
  return ["containers", "initContainers"].flatMap((list) =>
    mapsOf(spec[list]).flatMap((container, c) =>
      mapsOf(container["volumeMounts"]).flatMap((mount, m) => {
        const name = textOf(mount, "name");
        if (name === "" || volumes.has(name)) return [];
        const field = `${at}.${list}[${c}].volumeMounts[${m}].name`;
        return [{ reason: "FieldValueNotFound", field, message: `Not found: ${JSON.stringify(name)}` }];
      })
    )
  );
}

function resourceCauses(resources: Fields, at: string): readonly RuleCause[] {
  const [limits, requests] = [asMap(resources["limits"]) ?? {}, asMap(resources["requests"]) ?? {}];
  return Object.entries(requests).flatMap(([name, request]) => {
    const limit = limits[name];
    if (limit === undefined || nanosOfQuantity(String(request)) <= nanosOfQuantity(String(limit))) return [];
    return [
      invalidValue(`${at}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`),
    ];
  });
}

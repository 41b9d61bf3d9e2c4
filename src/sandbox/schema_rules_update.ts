import type { KubeObject } from "../kube/object.ts";
import { asMap, equalJson } from "./apply_typed.ts";
import type { KindFields } from "./field_management.ts";
import type { Fields, RuleCause } from "./schema_rule_parts.ts";
import { forbiddenValue, invalidValue } from "./status_error.ts";

const IMMUTABLE = "field is immutable";

/** Paths that keep their value for the life of an object. */
const KEPT: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "apps/Deployment": [["spec", "selector"]],
  "apps/ReplicaSet": [["spec", "selector"]],
  "apps/DaemonSet": [["spec", "selector"]],
  "batch/Job": [["spec", "selector"], ["spec", "completionMode"], ["spec", "template"]],
  "/Secret": [["type"]],
  "storage.k8s.io/StorageClass": [["volumeBindingMode"]],
  "apps/ControllerRevision": [["data"]],
};

const STATEFUL_SET_MUTABLE = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

/** What a write changes that the server lets nobody change. */
export function changeCauses(kind: KindFields, next: KubeObject, live: KubeObject): readonly RuleCause[] {
  if (kind.origin === "custom") return [];
  const key = `${kind.group}/${kind.kind}`;
  const causes = (KEPT[key] ?? []).flatMap((path) => {
    const [before, after] = [valueAt(live, path), valueAt(next, path)];
    return equalJson(before ?? null, after ?? null)
      ? []
      : [invalidValue(path.join("."), after ?? null, IMMUTABLE)];
  });
  return [...causes, ...specialCauses(key, next, live)];
}

function specialCauses(key: string, next: KubeObject, live: KubeObject): readonly RuleCause[] {
  switch (key) {
    case "apps/StatefulSet":
      return statefulSetCauses(asMap(next["spec"]) ?? {}, asMap(live["spec"]) ?? {});
    case "/Secret":
      return frozenCauses(next, live, ["data"]);
    case "/ConfigMap":
      return frozenCauses(next, live, ["data", "binaryData"]);
    case "/PersistentVolumeClaim":
      return claimCauses(asMap(next["spec"]) ?? {}, asMap(live["spec"]) ?? {});
    case "rbac.authorization.k8s.io/RoleBinding":
    case "rbac.authorization.k8s.io/ClusterRoleBinding":
      return equalJson(next["roleRef"], live["roleRef"])
        ? []
        : [invalidValue("roleRef", goRoleRef(asMap(next["roleRef"]) ?? {}), "cannot change roleRef")];
    default:
      return [];
  }
}

/** The server shows this one value by the names of its Go fields. */
function goRoleRef({ apiGroup, kind, name }: Fields): unknown {
  return { APIGroup: apiGroup, Kind: kind, Name: name };
}

function valueAt(object: KubeObject, path: readonly string[]): unknown {
  let here: unknown = object;
  for (const name of path) here = asMap(here)?.[name];
  return here;
}

function statefulSetCauses(next: Fields, live: Fields): readonly RuleCause[] {
  const fixed = (spec: Fields) =>
    Object.fromEntries(Object.entries(spec).filter(([name]) => !STATEFUL_SET_MUTABLE.includes(name)));
  if (equalJson(fixed(next), fixed(live))) return [];
  const names = STATEFUL_SET_MUTABLE.map((name) => `'${name}'`);
  const listed = `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  return [
    forbiddenValue("spec", `updates to statefulset spec for fields other than ${listed} are forbidden`),
  ];
}

/** A ConfigMap or Secret that was made immutable stays as it is. */
function frozenCauses(next: KubeObject, live: KubeObject, names: readonly string[]): readonly RuleCause[] {
  if (live["immutable"] !== true) return [];
  const why = "field is immutable when `immutable` is set";
  return [
    ...(next["immutable"] === true ? [] : [forbiddenValue("immutable", why)]),
    ...names.filter((name) => !equalJson(next[name] ?? {}, live[name] ?? {}))
      .map((name) => forbiddenValue(name, why)),
  ];
}

function claimCauses(next: Fields, live: Fields): readonly RuleCause[] {
  const fixed = ({ resources: _r, volumeName: _v, volumeAttributesClassName: _c, ...rest }: Fields) => rest;
  if (equalJson(fixed(next), fixed(live))) return [];
  return [
    forbiddenValue(
      "spec",
      "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
    ),
  ];
}

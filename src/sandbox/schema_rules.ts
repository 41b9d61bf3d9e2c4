import type { KubeObject } from "../kube/object.ts";
import { failureStatus } from "./apply_conflict.ts";
import { asMap } from "./apply_typed.ts";
import type { KindFields, StatusObject, StructSchema, TypeSchema } from "./field_management.ts";
import { type Fields, mapsOf, type RuleCause, type Rules, textOf } from "./schema_rule_parts.ts";
import { API_RULES } from "./schema_rules_api.ts";
import { POD_RULES } from "./schema_rules_pod.ts";
import { changeCauses } from "./schema_rules_update.ts";
import { WORKLOAD_RULES } from "./schema_rules_workload.ts";
import { unsupportedValue } from "./status_error.ts";

const RULES: Rules = { ...POD_RULES, ...WORKLOAD_RULES, ...API_RULES };

/**
 * What the server's own validation of a built-in object finds: the words that a field may hold, and the rules that users of
 * workloads, Services, Ingresses, volumes, ConfigMaps and Secrets meet. With `live`, also what may not change.
 */
export function invalidObject(
  kind: KindFields,
  object: KubeObject,
  live?: KubeObject,
): StatusObject | undefined {
  const causes = [
    ...(live === undefined ? [] : changeCauses(kind, object, live)),
    ...valueCauses(kind.root, withClaimVolumes(kind, object), ""),
  ];
  return causes.length === 0 ? undefined : invalidStatus(kind, object.metadata.name ?? "", causes);
}

/** A StatefulSet's pods have a volume for each claim template, so its containers may mount them: `volumesToAddForTemplates`. */
function withClaimVolumes(kind: KindFields, object: KubeObject): KubeObject {
  const spec = asMap(object["spec"]);
  const claims = mapsOf(spec?.["volumeClaimTemplates"]);
  if (kind.kind !== "StatefulSet" || spec === undefined || claims.length === 0) return object;
  const template = asMap(spec["template"]) ?? {};
  const pod = asMap(template["spec"]) ?? {};
  const added = claims.map((claim) => {
    const name = textOf(asMap(claim["metadata"]) ?? {}, "name");
    return { name, persistentVolumeClaim: { claimName: name } };
  });
  const names = new Set(added.map(({ name }) => name));
  const volumes = [
    ...mapsOf(pod["volumes"]).filter((volume) => !names.has(textOf(volume, "name"))),
    ...added,
  ];
  return { ...object, spec: { ...spec, template: { ...template, spec: { ...pod, volumes } } } };
}

function invalidStatus(kind: KindFields, name: string, causes: readonly RuleCause[]): StatusObject {
  const what = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  const all = causes.map(({ field, message }) => `${field}: ${message}`);
  const listed = all.length === 1 ? all[0] : `[${all.join(", ")}]`;
  const group = kind.group === "" ? {} : { group: kind.group };
  return failureStatus(422, {
    reason: "Invalid",
    message: `${what} "${name}" is invalid: ${listed}`,
    details: { name, ...group, kind: kind.kind, causes },
  });
}

function valueCauses(type: TypeSchema, value: unknown, at: string): readonly RuleCause[] {
  switch (type.kind) {
    case "scalar": {
      const words = type.enum?.map(String).sort() ?? [];
      const known = words.length === 0 || typeof value !== "string" || value === "" || words.includes(value);
      return known ? [] : [unsupportedValue(at, value, words)];
    }
    case "list":
      return Array.isArray(value)
        ? value.flatMap((item, index) => valueCauses(type.items, item, `${at}[${index}]`))
        : [];
    case "map": {
      const map = asMap(value);
      return map === undefined ? [] : mapCauses(type, map, at);
    }
    default:
      return [];
  }
}

function mapCauses(type: StructSchema, map: Fields, at: string): readonly RuleCause[] {
  const causes = [...RULES[type.name]?.(map, at) ?? []];
  for (const [name, inner] of type.fields) {
    if (at === "" && name === "metadata") continue;
    if (map[name] === undefined) continue;
    causes.push(...valueCauses(inner, map[name], at === "" ? name : `${at}.${name}`));
  }
  const values = type.values;
  if (values === undefined) return causes;
  for (const [key, inner] of Object.entries(map)) {
    if (!type.fields.has(key)) causes.push(...valueCauses(values, inner, `${at}[${key}]`));
  }
  return causes;
}

import { describeGraphError, toWaves } from "../graph/waves.ts";
import { suggest } from "../template/suggest.ts";
import { type CheckedResource, type CheckInput, type FormProblem, listed } from "./problem.ts";

/** Ids are names over all arrays. */
export function idsAreUnique(_input: CheckInput, resources: readonly CheckedResource[]): FormProblem[] {
  const places = new Map<string, string[]>();
  for (const { resource, place } of resources) {
    places.set(resource.id, [...places.get(resource.id) ?? [], place]);
  }
  const twice = [...places].filter(([, at]) => at.length > 1);
  if (twice.length === 0) return [];
  const list = twice.map(([id, at]) => `${id} (${at.join(", ")})`).join(", ");
  return [{ reason: "DuplicateResourceIDs", message: `Duplicate resource IDs: ${list}` }];
}

/** All resources of a node stand in its status, which has to fit into one object. */
const MOST_RESOURCES = 500;

export function resourcesAreFewEnough(
  _input: CheckInput,
  { length }: readonly CheckedResource[],
): FormProblem[] {
  if (length <= MOST_RESOURCES) return [];
  const message =
    `the form has ${length} resources, more than ${MOST_RESOURCES}: spread them over several forms of the hub`;
  return [{ reason: "ResourceInvalid", message }];
}

/** Every dependency is told, with the id that was probably meant. */
export function dependenciesExist(_input: CheckInput, resources: readonly CheckedResource[]): FormProblem[] {
  const ids = [...new Set(resources.map(({ resource }) => resource.id))];
  return resources.flatMap(({ resource, place }) =>
    (resource.dependIds ?? []).flatMap((id, n) => {
      if (ids.includes(id)) return [];
      const others = ids.filter((other) => other !== resource.id);
      const remedy = suggest(id, others) ?? `the other ids of this form are ${listed(others) || "none"}`;
      const message = "Dependency validation failed: " +
        `resource ${resource.id} depends on non-existent resource: ${id} (${place}.dependIds[${n}]); ${remedy}`;
      const field = `spec.${place}.dependIds[${n}]`;
      return [{ reason: "DependencyValidationFailed" as const, message, field }];
    })
  );
}

/** Unknown ids and duplicates are told by their own rules, with their places. */
export function dependenciesAreOrdered(
  _input: CheckInput,
  resources: readonly CheckedResource[],
): FormProblem[] {
  const ids = new Set(resources.map(({ resource }) => resource.id));
  const graph = toWaves(resources.map(({ resource }) => ({
    id: resource.id,
    dependIds: (resource.dependIds ?? []).filter((id) => ids.has(id)),
  })));
  if (graph.kind !== "cycle") return [];
  const last = graph.path.at(-2) ?? "";
  const place = resources.find(({ resource }) => resource.id === last)?.place ?? "";
  const remedy = `take ${
    graph.path.at(-1)
  } out of ${place}.dependIds, or another of these out of the one before it`;
  return [{
    reason: "DependencyValidationFailed",
    message: `Dependency validation failed: ${describeGraphError(graph)}; ${remedy}`,
    field: `spec.${place}.dependIds`,
  }];
}

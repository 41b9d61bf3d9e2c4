import type { Chance } from "../support/fault_random.ts";
import { happens, pick, textFor } from "./pools.ts";

/** What of an object's body is never changed: what Kubernetes lets nobody take back, or would fill the machine. */
const LEFT_ALONE = ["immutable", "finalizers", "parallelism", "completions", "serviceName"];

interface Body {
  readonly object: Record<string, unknown>;
  readonly path: string;
}

interface Leaf {
  readonly steps: readonly string[];
  readonly value: unknown;
}

/** Changes one field of the object that a resource is a template of: a leaf, a branch, its kind, or its metadata. */
export function mutateBody(chance: Chance, { object, path }: Body) {
  const kind = chance();
  const { steps, after } = kind < 0.55
    ? changedLeaf(chance, object)
    : kind < 0.7
    ? changedBranch(chance, object)
    : kind < 0.9
    ? addedField(chance, object)
    : otherKind(chance);
  const before = steps.reduce<unknown>(
    (at, step) => (at as Record<string, unknown> | undefined)?.[step],
    object,
  );
  return { value: replaced(object, steps, after), edit: { path: [path, ...steps].join("."), before, after } };
}

interface BodyEdit {
  readonly steps: readonly string[];
  readonly after: unknown;
}

function changedLeaf(chance: Chance, object: Record<string, unknown>): BodyEdit {
  const leaves = leavesOf(object, []).filter(({ steps }) => !steps.some((step) => LEFT_ALONE.includes(step)));
  if (leaves.length === 0) return { steps: ["kind"], after: "ConfigMap" };
  const { steps, value } = pick(chance, leaves);
  if (happens(chance, 0.15)) return { steps, after: undefined };
  const last = steps.at(-1) ?? "";
  if (last === "replicas") {
    return {
      steps,
      after: pick(chance, [0, 1, 2, -1, "many", "{{ .replicas | int }}", "{{ .plan | int }}"]),
    };
  }
  if (typeof value === "number" && happens(chance, 0.7)) {
    return { steps, after: pick(chance, [0, 1, 81, -1, 70_000, 1.5, "{{ .replicas | int }}", "text"]) };
  }
  if (happens(chance, 0.2)) return { steps, after: pick(chance, [7, true, null, {}, [], [{}]]) };
  return { steps, after: textFor(chance, { field: "body", namespace: "", beside: "" }) };
}

/** Takes a branch out, or puts something of another type in its place. */
function changedBranch(chance: Chance, object: Record<string, unknown>): BodyEdit {
  const branches = branchesOf(object, []);
  if (branches.length === 0) return { steps: ["data"], after: { added: "text" } };
  return { steps: pick(chance, branches), after: pick(chance, [undefined, undefined, "text", {}, null]) };
}

function addedField(chance: Chance, object: Record<string, unknown>): BodyEdit {
  const isData = object["kind"] === "ConfigMap" || object["kind"] === "Secret";
  const text = () => textFor(chance, { field: "body", namespace: "", beside: "" });
  return pick<() => BodyEdit>(chance, [
    () => ({
      steps: [isData ? "data" : "metadata", isData ? "more" : "labels"],
      after: isData ? text() : { more: "text" },
    }),
    () => ({ steps: ["metadata"], after: { labels: { more: text() }, annotations: { more: text() } } }),
    () => ({
      steps: ["metadata"],
      after: { labels: { "lynq.sh/node": "evil", "lynq.sh/node-namespace": "evil" } },
    }),
    () => ({ steps: ["metadata"], after: { name: "{{ .uid }}-named", namespace: "elsewhere", uid: "1" } }),
    () => ({
      steps: ["metadata"],
      after: { annotations: { "lynq.sh/created-once": "true", "lynq.sh/deletion-policy": "Retain" } },
    }),
    () => ({ steps: ["unknownField"], after: pick(chance, ["text", 7, { a: [] }]) }),
    () => ({ steps: ["status"], after: { phase: "Ready" } }),
  ])();
}

function otherKind(chance: Chance): BodyEdit {
  return pick<BodyEdit>(chance, [
    { steps: ["kind"], after: "Secret" },
    { steps: ["kind"], after: "ConfigMap" },
    { steps: ["kind"], after: "Nope" },
    { steps: ["kind"], after: undefined },
    { steps: ["apiVersion"], after: "v9" },
    { steps: ["apiVersion"], after: undefined },
    { steps: ["apiVersion"], after: "{{ .plan }}" },
  ]);
}

function leavesOf(value: unknown, steps: readonly string[]): Leaf[] {
  if (typeof value !== "object" || value === null) return [{ steps, value }];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...steps, name]));
}

function branchesOf(value: unknown, steps: readonly string[]): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  const own = steps.length === 0 || steps.some((step) => LEFT_ALONE.includes(step)) ? [] : [steps];
  return [...own, ...Object.entries(value).flatMap(([name, inner]) => branchesOf(inner, [...steps, name]))];
}

function replaced(
  value: unknown,
  [step, ...rest]: readonly string[],
  after: unknown,
): Record<string, unknown> {
  const copy = (Array.isArray(value) ? [...value] : { ...value as object }) as Record<string, unknown>;
  if (step === undefined) return copy;
  if (rest.length > 0) copy[step] = replaced(copy[step], rest, after);
  else if (after !== undefined) copy[step] = after;
  else if (Array.isArray(copy)) copy.splice(Number(step), 1);
  else delete copy[step];
  return copy;
}

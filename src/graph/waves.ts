import toposort from "toposort";

/** A vertex and the ids that come before it. */
export interface Vertex {
  readonly id: string;
  readonly dependIds?: readonly string[] | undefined;
}

/** Ids by depth, or what is wrong with the graph. */
export type Waves =
  | {
    readonly kind: "waves";
    readonly waves: readonly (readonly string[])[];
    readonly depth: ReadonlyMap<string, number>;
  }
  | { readonly kind: "duplicate"; readonly ids: readonly string[] }
  | { readonly kind: "unknown"; readonly id: string; readonly dependency: string }
  | { readonly kind: "cycle"; readonly path: readonly string[] };

/**
 * Orders vertices into waves: wave 0 depends on nothing, wave n on something in wave n-1. Within a wave the given
 * order stays. A cycle is told as the path that closes it, `a -> b -> a`.
 */
export function toWaves(vertices: readonly Vertex[]): Waves {
  const byId = new Map(vertices.map((v) => [v.id, v]));
  if (byId.size !== vertices.length) return { kind: "duplicate", ids: duplicates(vertices) };
  for (const vertex of vertices) {
    for (const dependency of vertex.dependIds ?? []) {
      if (!byId.has(dependency)) return { kind: "unknown", id: vertex.id, dependency };
    }
  }
  const cycle = findCycle(byId);
  if (cycle !== undefined) return { kind: "cycle", path: cycle };
  const depth = depths(byId);
  const waves: string[][] = [];
  for (const vertex of vertices) (waves[depth.get(vertex.id) ?? 0] ??= []).push(vertex.id);
  return { kind: "waves", waves, depth };
}

function duplicates(vertices: readonly Vertex[]): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { id } of vertices) (seen.has(id) ? twice : seen).add(id);
  return [...twice];
}

function depths(byId: ReadonlyMap<string, Vertex>): Map<string, number> {
  const edges = [...byId.values()].flatMap((v) =>
    (v.dependIds ?? []).map((d): [string, string] => [d, v.id])
  );
  const depth = new Map<string, number>();
  for (const id of toposort.array([...byId.keys()], edges)) {
    const before = (byId.get(id)?.dependIds ?? []).map((d) => depth.get(d) ?? 0);
    depth.set(id, before.length === 0 ? 0 : 1 + Math.max(...before));
  }
  return depth;
}

/** Depth-first search without recursion, so that a chain of any length is fine. */
function findCycle(byId: ReadonlyMap<string, Vertex>): string[] | undefined {
  const done = new Set<string>();
  for (const start of byId.keys()) {
    const path: string[] = [];
    const onPath = new Set<string>();
    const stack: { id: string; leave: boolean }[] = [{ id: start, leave: false }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (top.leave) {
        onPath.delete(top.id);
        path.pop();
        done.add(top.id);
        continue;
      }
      if (done.has(top.id)) continue;
      if (onPath.has(top.id)) return [...path.slice(path.indexOf(top.id)), top.id];
      onPath.add(top.id);
      path.push(top.id);
      stack.push({ id: top.id, leave: true });
      for (const next of [...(byId.get(top.id)?.dependIds ?? [])].reverse()) {
        stack.push({ id: next, leave: false });
      }
    }
  }
  return undefined;
}

/** One sentence on what is wrong, as conditions and the command line print it. */
export function describeGraphError(error: Exclude<Waves, { kind: "waves" }>): string {
  switch (error.kind) {
    case "duplicate":
      return `duplicate resource ID: ${error.ids.join(", ")}`;
    case "unknown":
      return `resource ${error.id} depends on non-existent resource: ${error.dependency}`;
    case "cycle":
      return `circular dependency detected: ${error.path.join(" -> ")}`;
  }
}

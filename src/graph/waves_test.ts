import assert from "node:assert/strict";
import fc from "fast-check";
import { describeGraphError, toWaves, type Vertex } from "./waves.ts";

Deno.test("waves order a diamond and keep the given order within a wave", () => {
  const graph = toWaves([
    { id: "d", dependIds: ["b", "c"] },
    { id: "c", dependIds: ["a"] },
    { id: "b", dependIds: ["a"] },
    { id: "a" },
  ]);
  assert(graph.kind === "waves");
  assert.deepEqual(graph.waves, [["a"], ["c", "b"], ["d"]]);
});

Deno.test("a cycle is told as the whole path that closes it", () => {
  const graph = toWaves([
    { id: "start", dependIds: ["a"] },
    { id: "a", dependIds: ["b"] },
    { id: "b", dependIds: ["c"] },
    { id: "c", dependIds: ["a"] },
  ]);
  assert(graph.kind === "cycle");
  assert.equal(describeGraphError(graph), "circular dependency detected: a -> b -> c -> a");
});

Deno.test("a resource that depends on itself is a cycle", () => {
  assert.deepEqual(toWaves([{ id: "a", dependIds: ["a"] }]), { kind: "cycle", path: ["a", "a"] });
});

Deno.test("an unknown dependency and a duplicate id are named", () => {
  assert.deepEqual(toWaves([{ id: "a", dependIds: ["x"] }]), { kind: "unknown", id: "a", dependency: "x" });
  assert.deepEqual(toWaves([{ id: "a" }, { id: "a" }]), { kind: "duplicate", ids: ["a"] });
});

Deno.test("a chain of ten thousand resources is ordered", () => {
  const chain = Array.from(
    { length: 10_000 },
    (_, n) => ({ id: `${n}`, dependIds: n === 0 ? [] : [`${n - 1}`] }),
  );
  const graph = toWaves(chain);
  assert(graph.kind === "waves");
  assert.equal(graph.waves.length, 10_000);
});

Deno.test("in every graph either each vertex comes after its dependencies, or the cycle is a real one", () => {
  const vertices = fc.integer({ min: 1, max: 8 }).chain((size) =>
    fc.array(fc.uniqueArray(fc.integer({ min: 0, max: size - 1 }), { maxLength: 3 }), {
      minLength: size,
      maxLength: size,
    })
      .map((edges): Vertex[] => edges.map((to, n) => ({ id: `v${n}`, dependIds: to.map((t) => `v${t}`) })))
  );
  fc.assert(fc.property(vertices, (list) => {
    const graph = toWaves(list);
    const dependIds = new Map(list.map((v) => [v.id, v.dependIds ?? []]));
    if (graph.kind === "waves") {
      for (const [id, before] of dependIds) {
        for (const dep of before) assert((graph.depth.get(dep) ?? 0) < (graph.depth.get(id) ?? 0));
      }
      assert.equal(graph.waves.flat().length, list.length);
    } else {
      assert(graph.kind === "cycle");
      assert.equal(graph.path[0], graph.path.at(-1));
      graph.path.slice(1).forEach((id, n) => assert(dependIds.get(graph.path[n] ?? "")?.includes(id)));
    }
  }));
});

import assert from "node:assert/strict";
import type { ControllerObserver } from "../controller/controller.ts";
import { SummedObserver } from "./summed_observer.ts";

Deno.test("controllers of one kind tell depth and workers together, all else as it is", () => {
  const told: (string | number)[][] = [];
  const tell = (name: string) => (...of: unknown[]) => {
    told.push([name, ...of.map((each) => typeof each === "number" ? each : String(each))]);
  };
  const names = ["added", "waited", "retried", "finished", "failed", "depth", "active"] as const;
  const to = Object.fromEntries(names.map((name) => [name, tell(name)])) as unknown as ControllerObserver;
  const sum = new SummedObserver(to);
  const [a, b] = [sum.part(), sum.part()];
  a.depth(3);
  b.depth(2);
  a.active(1);
  b.active(2);
  a.depth(0);
  b.active(0);
  b.finished("success", 4);
  assert.deepEqual(told, [
    ["depth", 3],
    ["depth", 5],
    ["active", 1],
    ["active", 3],
    ["depth", 2],
    ["active", 1],
    ["finished", "success", 4],
  ]);
});

import assert from "node:assert/strict";
import type { FleetFigures } from "./fleet_bench.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

async function bench(...args: readonly string[]): Promise<{ code: number; out: string; problems: string }> {
  const { KUBEBUILDER_ASSETS: _, ...env } = Deno.env.toObject();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "--allow-all", "tests/bench/main.ts", "fleet", ...args],
    cwd: ROOT,
    clearEnv: true,
    env: { ...env, NO_COLOR: "1" },
  }).output();
  const [out, problems] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out: out ?? "", problems: problems ?? "" };
}

Deno.test("where no control plane is the sandbox is measured, and the report says so", async () => {
  const json = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const { code, out, problems } = await bench("--rows=4", "--silent=1", "--interval=1s", `--json=${json}`);
    assert.equal(code, 0, problems);
    assert.match(out, /^Measured on .* the sandbox, an API server .*; KUBEBUILDER_ASSETS is not set; /m);
    for (const line of ["share of ideal", "silent: requests per minute", "restart: writes"]) {
      assert.match(out, new RegExp(`^\\| ${line} \\| [0-9.]+ \\|$`, "m"), out);
    }
    const { machine, figures: [figures] } = JSON.parse(await Deno.readTextFile(json)) as {
      machine: { date: string; stage: string; deno: string };
      figures: readonly FleetFigures[];
    };
    assert.match(machine.stage, /^the sandbox, .*KUBEBUILDER_ASSETS is not set/);
    assert.deepEqual([machine.deno, machine.date.length], [Deno.version.deno, 10]);
    assert.deepEqual([figures?.rows, figures?.resources], [4, 40]);
    assert.deepEqual([figures?.bulk.nodes, figures?.bulk.resources], [40, 120]);
    assert.deepEqual([figures?.silent.requestsPerMinute, figures?.restart.writes], [0, 0]);
  } finally {
    await Deno.remove(json);
  }
});

Deno.test("fleets that are too small for their reactions are refused", async () => {
  const { code, problems } = await bench("--rows=3");
  assert.equal(code, 1);
  assert.match(problems, /^--rows takes whole numbers from 4, by commas, and got 3$/m);
});

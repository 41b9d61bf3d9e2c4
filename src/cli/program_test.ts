import assert from "node:assert/strict";
import { createProgram } from "./program.ts";

async function commandsFor(...args: string[]): Promise<string[]> {
  return (await createProgram(args)).commands.map((command) => command.name());
}

const ALL = ["operator", "demo", "render", "fmt", "validate", "functions", "downgrade"];

Deno.test("only the command that is asked for is loaded, beside the operator", async () => {
  assert.deepEqual(await commandsFor(), ["operator"]);
  assert.deepEqual(await commandsFor("operator", "--leader-elect"), ["operator"]);
  assert.deepEqual(await commandsFor("--kubeconfig", "render"), ["operator"]);
  for (const name of ALL.slice(1)) assert.deepEqual(await commandsFor(name), ["operator", name]);
});

Deno.test("help and a command that there is not are about all commands", async () => {
  for (const first of ["--help", "-h", "help", "rendr", "constructor"]) {
    assert.deepEqual(await commandsFor(first), ALL);
  }
});

Deno.test("the operator's launching thread imports neither templates nor schemas nor databases", async () => {
  const program = new URL("./program.ts", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", program] }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: Module[] };
  const byName = new Map(modules.map((module) => [module.specifier, module]));
  const loaded = new Set<string>();
  const load = (specifier: string) => {
    if (loaded.has(specifier)) return;
    loaded.add(specifier);
    for (const { code, isDynamic } of byName.get(specifier)?.dependencies ?? []) {
      if (code !== undefined && isDynamic !== true) load(code.specifier);
    }
  };
  load(new URL("./program.ts", import.meta.url).href);
  const packages = [...loaded].filter((specifier) => specifier.startsWith("npm:"));
  assert.deepEqual(packages.map((name) => /^npm:\/?([^@]+)@/.exec(name)?.[1]), ["commander"]);
  // Names of labels and of accounts are no schema: they bring nothing along.
  assert.deepEqual(
    [...loaded].filter((each) =>
      /\/src\/(?:template|node|hub|form|api(?!\/(?:labels|account)\.ts)|sandbox)\//.test(each)
    ),
    [],
  );
});

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier: string };
    readonly isDynamic?: boolean;
  }[];
}

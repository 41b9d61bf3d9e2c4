import assert from "node:assert/strict";
import { parse } from "yaml";
import type { Readiness } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { isReadyByExistence, readinessOf } from "./readiness.ts";

const GOLDEN = new URL("../../tests/golden/readiness/", import.meta.url);

/** An object in parts that lie over the file's base, and its readiness in words. */
interface ReadinessCase extends Omit<KubeObject, "metadata"> {
  readonly about: string;
  readonly is: string;
  readonly metadata?: KubeObject["metadata"];
  readonly spec?: object;
}

interface ReadinessFile {
  readonly base: KubeObject & { readonly spec?: object };
  readonly cases: readonly ReadinessCase[];
}

function inWords(readiness: Readiness): string {
  switch (readiness.kind) {
    case "ready":
      return "ready";
    case "progressing":
      return `progressing ${readiness.message}`;
    case "failed":
      return `failed ${readiness.reason}: ${readiness.message}`;
  }
}

for (const { name } of [...Deno.readDirSync(GOLDEN)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  Deno.test(`readiness of ${name.replace(".yaml", "").replaceAll("_", " ")}`, async (t) => {
    const { base, cases } = parse(await Deno.readTextFile(new URL(name, GOLDEN))) as ReadinessFile;
    for (const { about, is, ...part } of cases) {
      await t.step(about, () => {
        const object = {
          ...base,
          ...part,
          metadata: { ...base.metadata, ...part.metadata },
          spec: { ...base.spec, ...part.spec },
        };
        assert.equal(inWords(readinessOf(object)), is);
      });
    }
  });
}

Deno.test("a kind that is ready by existence is ready whatever its status says, so that its metadata is enough", () => {
  const kinds = [["v1", "Secret"], ["v1", "ConfigMap"], ["v1", "ServiceAccount"], [
    "batch/v1",
    "CronJob",
  ]] as const;
  for (const [apiVersion, kind] of kinds) {
    assert.equal(isReadyByExistence(apiVersion, kind), true);
    const status = { conditions: [{ type: "Ready", status: "False" }], phase: "Failed" };
    assert.equal(readinessOf({ apiVersion, kind, metadata: {}, status }).kind, "ready");
  }
  assert.equal(isReadyByExistence("other.io/v1", "Secret"), false);
  assert.equal(isReadyByExistence("apps/v1", "Deployment"), false);
});

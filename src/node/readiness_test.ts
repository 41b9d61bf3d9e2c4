import assert from "node:assert/strict";
import { parse } from "yaml";
import type { Readiness, ReadinessClue } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { isReadyByExistence, readinessOf } from "./readiness.ts";

const GOLDEN = new URL("../../tests/golden/readiness/", import.meta.url);

/** An object in parts that lie over the file's base, and its readiness in words. */
interface ReadinessCase extends Omit<KubeObject, "metadata"> {
  readonly about: string;
  readonly is: string;
  readonly "if it lasts"?: string;
  readonly "looks at"?: string;
  readonly metadata?: KubeObject["metadata"];
  readonly spec?: object;
}

interface ReadinessFile {
  readonly base: KubeObject & { readonly spec?: object };
  readonly cases: readonly ReadinessCase[];
}

function inWords(readiness: Readiness): Pick<ReadinessCase, "is" | "if it lasts" | "looks at"> {
  switch (readiness.kind) {
    case "ready":
      return { is: readiness.unreported ? "ready unless something is reported soon" : "ready" };
    case "failed":
      return { is: `failed ${readiness.reason}: ${readiness.message}` };
    case "progressing": {
      const { message, deadEnd, clue } = readiness;
      return {
        is: `progressing ${message}`,
        ...(deadEnd === undefined ? {} : { "if it lasts": deadEnd }),
        ...(clue === undefined ? {} : { "looks at": clueInWords(clue) }),
      };
    }
  }
}

function clueInWords(clue: ReadinessClue): string {
  if (clue.kind === "pods") return `pods ${clue.selector}`;
  return clue.name === undefined ? "the default class" : `class ${clue.name}`;
}

for (const { name } of [...Deno.readDirSync(GOLDEN)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  Deno.test(`readiness of ${name.replace(".yaml", "").replaceAll("_", " ")}`, async (t) => {
    const { base, cases } = parse(await Deno.readTextFile(new URL(name, GOLDEN))) as ReadinessFile;
    for (const { about, is, "if it lasts": deadEnd, "looks at": looks, ...part } of cases) {
      await t.step(about, () => {
        const object = {
          ...base,
          ...part,
          metadata: { ...base.metadata, ...part.metadata },
          spec: { ...base.spec, ...part.spec },
        };
        const expected = {
          is,
          ...(deadEnd === undefined ? {} : { "if it lasts": deadEnd }),
          ...(looks === undefined ? {} : { "looks at": looks }),
        };
        assert.deepEqual(inWords(readinessOf(object as KubeObject)), expected);
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

import assert from "node:assert/strict";
import type { KubeClient } from "../kube/client.ts";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { defaultClass, StorageClasses } from "./storage_classes.ts";

const START = new Date("2026-01-01T00:00:00Z");
const after = (seconds: number) => new Date(START.getTime() + seconds * 1000);

function storageClass(
  name: string,
  more: { mode?: string; isDefault?: boolean; created?: string } = {},
): KubeObject {
  const annotations = {
    "storageclass.kubernetes.io/is-default-class": more.isDefault === true ? "true" : "false",
  };
  return {
    metadata: { name, annotations, creationTimestamp: more.created ?? "2025-01-01T00:00:00Z" },
    volumeBindingMode: more.mode ?? "Immediate",
  };
}

interface Lab {
  readonly classes: StorageClasses;
  readonly there: KubeObject[];
  readonly asked: string[];
  fault?: Error;
}

function lab(...there: KubeObject[]): Lab {
  const asked: string[] = [];
  const client: Pick<KubeClient, "get" | "list"> = {
    get: ({ name }) => {
      asked.push(`get ${name}`);
      const found = there.find(({ metadata }) => metadata.name === name);
      const missing = new KubeError("no", { status: 404, reason: "NotFound" });
      return found === undefined || on.fault !== undefined
        ? Promise.reject(on.fault ?? missing)
        : Promise.resolve(found);
    },
    list: async function* () {
      asked.push("list");
      yield await Promise.resolve({ items: there, resourceVersion: "1" });
    },
  };
  const on: Lab = { classes: new StorageClasses(client), there, asked };
  return on;
}

Deno.test("a class is read once for all claims, and again after ten minutes", async () => {
  const { classes, asked } = lab(
    storageClass("lazy", { mode: "WaitForFirstConsumer" }),
    storageClass("eager"),
  );
  const all = await Promise.all([1, 2, 3].map(() => classes.bindingMode("lazy", START)));
  assert.deepEqual(all, Array(3).fill("WaitForFirstConsumer"));
  assert.equal(await classes.bindingMode("eager", START), "Immediate");
  assert.equal(await classes.bindingMode("lazy", after(599)), "WaitForFirstConsumer");
  assert.deepEqual(asked, ["get lazy", "get eager"]);
  await classes.bindingMode("lazy", after(600));
  assert.equal(asked.length, 3);
});

Deno.test("a class that is not there is looked for again after a minute", async () => {
  const { classes, there, asked } = lab();
  assert.equal(await classes.bindingMode("late", START), "absent");
  there.push(storageClass("late", { mode: "WaitForFirstConsumer" }));
  assert.equal(await classes.bindingMode("late", after(59)), "absent");
  assert.equal(await classes.bindingMode("late", after(60)), "WaitForFirstConsumer");
  assert.equal(asked.length, 2);
});

Deno.test("a class that nobody asks for any more is held no longer than its answer is good", async () => {
  const { classes } = lab();
  for (let n = 0; n < 100; n++) await classes.bindingMode(`made-for-row-${n}`, after(n * 60));
  assert.equal(classes.size, 1);
});

Deno.test("a class that may not be read or could not be is unknown", async () => {
  for (
    const fault of [
      new KubeError("no", { status: 403, reason: "Forbidden" }),
      new KubeUnreachable("no", { code: "Reset" }),
    ]
  ) {
    const on = lab(storageClass("lazy"));
    on.fault = fault;
    assert.equal(await on.classes.bindingMode("lazy", START), "unknown");
    delete on.fault;
    assert.equal(await on.classes.bindingMode("lazy", after(60)), "Immediate");
  }
});

Deno.test("without a name it is the default class: of several the newest, then the first by name", async () => {
  const lazy = { mode: "WaitForFirstConsumer", isDefault: true };
  const { classes } = lab(storageClass("a"), storageClass("b", lazy));
  assert.equal(await classes.bindingMode(undefined, START), "WaitForFirstConsumer");
  assert.equal(await lab(storageClass("a")).classes.bindingMode(undefined, START), "absent");
  const newer = storageClass("c", { isDefault: true, created: "2026-01-01T00:00:00Z" });
  const chosen = (...names: KubeObject[]) => defaultClass(names)?.metadata.name;
  assert.equal(chosen(storageClass("d", lazy), newer, storageClass("b", lazy)), "c");
  assert.equal(chosen(storageClass("d", lazy), storageClass("b", lazy)), "b");
});

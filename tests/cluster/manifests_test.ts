import assert from "node:assert/strict";
import { requireControlPlane } from "../support/control_plane.ts";

const answer = await requireControlPlane();
const skipped = answer.kind === "skip" ? ` (skipped: ${answer.reason})` : "";
const ROOT = new URL("../../", import.meta.url).pathname;
const MANIFESTS = `${ROOT}manifests`;

/** Runs kubectl against the test server; its standard error is returned with the output, since warnings go there. */
async function kubectl(...args: string[]): Promise<{ ok: boolean; text: string }> {
  if (answer.kind === "skip") throw new Error(answer.reason);
  const kubeconfig = await answer.plane.kubeconfig("admin");
  const command = new Deno.Command("kubectl", { args: [`--kubeconfig=${kubeconfig}`, ...args] });
  const { success, stdout, stderr } = await command.output();
  return { ok: success, text: new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout) };
}

async function applyServerSide(path: string, ...more: string[]): Promise<void> {
  const { ok, text } = await kubectl(
    "apply",
    "--server-side",
    "--force-conflicts",
    "--validate=strict",
    ...more,
    "-f",
    path,
  );
  assert.ok(ok, text);
  assert.doesNotMatch(text, /warning/i);
}

Deno.test({
  name:
    `a real API server takes the CRDs, install.yaml without a warning, and every sample of our kinds${skipped}`,
  ignore: answer.kind === "skip",
  fn: async (t) => {
    await applyServerSide(`${ROOT}crds`);
    await kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
    await t.step("install.yaml", async () => {
      await applyServerSide(`${MANIFESTS}/namespace.yaml`);
      await applyServerSide(`${MANIFESTS}/install.yaml`, "--dry-run=server");
    });
    for await (const folder of Deno.readDir(`${MANIFESTS}/samples`)) {
      if (!folder.isDirectory) continue;
      for await (const file of Deno.readDir(`${MANIFESTS}/samples/${folder.name}`)) {
        if (!file.name.endsWith(".yaml") || file.name === "crossplane.yaml") continue;
        await t.step(`${folder.name}/${file.name}`, async () => {
          await applyServerSide(`${MANIFESTS}/samples/${folder.name}/${file.name}`, "--dry-run=server");
        });
      }
    }
  },
});

Deno.test({
  name: `a real API server refuses the seeds that are not written for it${skipped}`,
  ignore: answer.kind === "skip",
  fn: async (t) => {
    for (
      const name of [
        "multi-tier-api",
        "multi-tier-web",
        "multi-tier-worker",
        "database-per-node-form",
        "use-cases-conditional",
      ]
    ) {
      await t.step(name, async () => {
        const file = `${ROOT}tests/golden/seeds/${name}.seed.yaml`;
        const { ok } = await kubectl(
          "apply",
          "--server-side",
          "--validate=strict",
          "--dry-run=server",
          "-f",
          file,
        );
        assert.equal(ok, false);
      });
    }
  },
});

Deno.test({
  name: `of a key that stands twice in a seed, the way through kubectl keeps only the last${skipped}`,
  ignore: answer.kind === "skip",
  fn: async () => {
    await kubectl("apply", "--server-side", "-f", `${ROOT}crds`);
    await kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
    await applyServerSide(`${MANIFESTS}/namespace.yaml`);
    const servicesOf = async (file: string): Promise<string[]> => {
      const { text } = await kubectl("apply", "--server-side", "--dry-run=server", "-o", "json", "-f", file);
      const form = JSON.parse(text.slice(text.indexOf("{"))) as { spec: { services: { id: string }[] } };
      return form.spec.services.map(({ id }) => id);
    };
    assert.deepEqual(await servicesOf(`${ROOT}tests/golden/seeds/multi-tier-data.seed.yaml`), ["redis-svc"]);
    assert.deepEqual(await servicesOf(`${MANIFESTS}/samples/multi-tier/form-data.yaml`), [
      "postgres-svc",
      "redis-svc",
    ]);
  },
});

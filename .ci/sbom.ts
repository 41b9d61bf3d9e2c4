/** `deno task sbom`: writes dist/sbom.cdx.json, what the binary is made of, as CycloneDX 1.6. */
import config from "../deno.json" with { type: "json" };
import { type Bill, billOfMaterials } from "./bill_of_materials.ts";
import { workerModules } from "./compile.ts";
import { importedPackages, readLicences, readLock } from "./package_cache.ts";

const OUTPUT = "dist/sbom.cdx.json";

/** The bill of this checkout and of the Deno that runs. */
export async function currentBill(): Promise<Bill> {
  const packages = await readLock();
  const modules = ["src/main.ts", ...await workerModules(new URL("../src", import.meta.url).pathname)];
  return billOfMaterials({
    application: { name: config.name, version: config.version, licence: config.license },
    denoVersion: Deno.version.deno,
    packages,
    licences: await readLicences(packages),
    imported: await importedPackages(modules),
  });
}

if (import.meta.main) {
  const bill = await currentBill();
  await Deno.mkdir("dist", { recursive: true });
  await Deno.writeTextFile(OUTPUT, `${JSON.stringify(bill, undefined, 2)}\n`);
  const shipped = bill.components.filter(({ scope }) => scope === "required").length;
  console.log(`${OUTPUT}: ${bill.components.length} components, ${shipped} of them in the binary`);
}

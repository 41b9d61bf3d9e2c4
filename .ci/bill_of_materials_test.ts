import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type BillInput, billOfMaterials, purlOf } from "./bill_of_materials.ts";

const integrity = `sha512-${Buffer.alloc(64, 7).toString("base64")}`;
const INPUT: BillInput = {
  application: { name: "@lynq/operator", version: "0.1.0", licence: "Apache-2.0" },
  denoVersion: "2.9.6",
  packages: [
    { name: "@types/node", version: "26.6.6", integrity, dependencies: [] },
    { name: "mysql2", version: "3.0.0", integrity, dependencies: ["@types/node@26.6.6"] },
    { name: "fast-check", version: "4.0.0", integrity, dependencies: [] },
  ],
  licences: new Map([["mysql2@3.0.0", "MIT"], ["fast-check@4.0.0", "(MIT OR Apache-2.0)"]]),
  imported: new Set(["mysql2@3.0.0"]),
};

Deno.test("a component has its package URL, version, digest and licence, and says whether it is shipped", () => {
  const { components } = billOfMaterials(INPUT);
  const content = "07".repeat(64);
  assert.deepEqual(components, [
    {
      type: "platform",
      "bom-ref": "pkg:github/denoland/deno@v2.9.6",
      name: "deno",
      version: "2.9.6",
      scope: "required",
      licenses: [{ license: { id: "MIT" } }],
      purl: "pkg:github/denoland/deno@v2.9.6",
    },
    {
      type: "library",
      "bom-ref": "pkg:npm/%40types/node@26.6.6",
      group: "@types",
      name: "node",
      version: "26.6.6",
      scope: "required",
      hashes: [{ alg: "SHA-512", content }],
      purl: "pkg:npm/%40types/node@26.6.6",
    },
    {
      type: "library",
      "bom-ref": "pkg:npm/mysql2@3.0.0",
      name: "mysql2",
      version: "3.0.0",
      scope: "required",
      hashes: [{ alg: "SHA-512", content }],
      licenses: [{ license: { id: "MIT" } }],
      purl: "pkg:npm/mysql2@3.0.0",
    },
    {
      type: "library",
      "bom-ref": "pkg:npm/fast-check@4.0.0",
      name: "fast-check",
      version: "4.0.0",
      scope: "excluded",
      hashes: [{ alg: "SHA-512", content }],
      licenses: [{ expression: "(MIT OR Apache-2.0)" }],
      purl: "pkg:npm/fast-check@4.0.0",
    },
  ]);
});

Deno.test("dependencies lead from the application through what it imports, and every end of them is a component", () => {
  const { dependencies } = billOfMaterials(INPUT);
  assert.deepEqual(dependencies, [
    {
      ref: "pkg:npm/%40lynq/operator@0.1.0",
      dependsOn: ["pkg:github/denoland/deno@v2.9.6", "pkg:npm/mysql2@3.0.0"],
    },
    { ref: "pkg:npm/%40types/node@26.6.6", dependsOn: [] },
    { ref: "pkg:npm/mysql2@3.0.0", dependsOn: ["pkg:npm/%40types/node@26.6.6"] },
    { ref: "pkg:npm/fast-check@4.0.0", dependsOn: [] },
  ]);
});

Deno.test("the same input gives the same bill, and another one another serial number", () => {
  const { serialNumber } = billOfMaterials(INPUT);
  assert.match(
    serialNumber,
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assert.deepEqual(billOfMaterials(INPUT), billOfMaterials(structuredClone(INPUT)));
  assert.notEqual(billOfMaterials({ ...INPUT, denoVersion: "2.9.7" }).serialNumber, serialNumber);
});

Deno.test("a digest that is none is an error", () => {
  const packages = [{ name: "a", version: "1.0.0", integrity: "sha1-AAAA", dependencies: [] }];
  assert.throws(
    () => billOfMaterials({ ...INPUT, packages }),
    /sha512- and 64 bytes in base64, not sha1 and 3 bytes/,
  );
});

Deno.test("a package URL has its special characters escaped", () => {
  assert.equal(purlOf({ name: "@a/b", version: "1.0.0+x" }), "pkg:npm/%40a/b@1.0.0%2Bx");
});

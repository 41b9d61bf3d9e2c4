import assert from "node:assert/strict";
import { lockedPackages, LockFileError } from "./locked_packages.ts";

const INTEGRITY = "sha512-AAAA";

Deno.test("packages of a lock file have a name, a version and what they depend on, whatever their peers", () => {
  const packages = lockedPackages({
    version: "5",
    npm: {
      "tslib@2.9.1": { integrity: INTEGRITY },
      "tslib@1.14.1": { integrity: INTEGRITY },
      "@scope/one@1.0.0-rc.1_@types+node@26.6.6": {
        integrity: INTEGRITY,
        dependencies: ["tslib@2.9.1", "jsep"],
        optionalDependencies: ["@types/node"],
      },
      "@scope/one@1.0.0-rc.1_jsep@1.6.0": { integrity: INTEGRITY, dependencies: ["tslib@1.14.1"] },
      "@types/node@26.6.6": { integrity: INTEGRITY },
      "jsep@1.6.0": { integrity: INTEGRITY, optionalPeers: ["nowhere"] },
    },
  });
  assert.deepEqual(packages.map(({ name, version, dependencies }) => [name, version, dependencies]), [
    ["@scope/one", "1.0.0-rc.1", ["@types/node@26.6.6", "jsep@1.6.0", "tslib@1.14.1", "tslib@2.9.1"]],
    ["@types/node", "26.6.6", []],
    ["jsep", "1.6.0", []],
    ["tslib", "1.14.1", []],
    ["tslib", "2.9.1", []],
  ]);
});

Deno.test("a lock file that can't be followed is an error that names the entry", () => {
  const cases = [
    [{ version: "4", npm: {} }, /version "4"/],
    [{ version: "5", npm: { "nothing": { integrity: INTEGRITY } } }, /"nothing" is no package/],
    [{ version: "5", npm: { "a@1.0.0": {} } }, /a@1\.0\.0 has no integrity/],
    [
      { version: "5", npm: { "a@1.0.0": { integrity: INTEGRITY, dependencies: ["b"] } } },
      /"b" is 0 packages/,
    ],
    [{
      version: "5",
      npm: {
        "a@1.0.0": { integrity: INTEGRITY, dependencies: ["b"] },
        "b@1.0.0": { integrity: INTEGRITY },
        "b@2.0.0": { integrity: INTEGRITY },
      },
    }, /"b" is 2 packages/],
  ] as const;
  for (const [lock, message] of cases) {
    assert.throws(
      () => lockedPackages(lock),
      (error) => error instanceof LockFileError && message.test(error.message),
    );
  }
});

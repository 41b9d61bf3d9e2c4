/** `deno task licences`: the licence of every package of deno.lock against the list. Exit codes: 0 all are on it, 1 not. */
import { ALLOWED_LICENCES, licenceProblems } from "./licence_rules.ts";
import { readLicences, readLock } from "./package_cache.ts";

async function main(): Promise<number> {
  const licences = await readLicences(await readLock());
  const problems = licenceProblems(licences);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) {
    const list = [...ALLOWED_LICENCES].join(", ");
    console.error(
      `Allowed are ${list}. Take another package, or argue for the licence in .ci/licence_rules.ts`,
    );
    return 1;
  }
  const counts = Map.groupBy(licences.values(), (licence) => licence ?? "");
  const told = [...counts].sort(([, a], [, b]) => b.length - a.length).map(([name, all]) =>
    `${name} ${all.length}`
  );
  console.log(`${licences.size} packages, every licence is allowed: ${told.join(", ")}`);
  return 0;
}

if (import.meta.main) Deno.exit(await main());

/**
 * `deno task advisories`: asks the npm registry (NPM_CONFIG_REGISTRY, else registry.npmjs.org) what is known against the
 * packages of deno.lock. Exit codes: 0 nothing, 1 something, 3 it could not be asked; with --if-reachable that is told and 0.
 */
import { type AcceptedAdvisory, advisoryReport, checkAdvisories } from "./advisory_check.ts";
import { readLock } from "./package_cache.ts";

/** Advisories that don't concern the operator, with the reason why. */
const ACCEPTED: readonly AcceptedAdvisory[] = [];

const TIMEOUT_MS = 20_000;

async function main(): Promise<number> {
  const registry = Deno.env.get("NPM_CONFIG_REGISTRY") || "https://registry.npmjs.org/";
  const outcome = await checkAdvisories(await readLock(), { registry, timeoutMs: TIMEOUT_MS });
  const { code, lines } = advisoryReport(outcome, ACCEPTED);
  for (const line of lines) {
    if (code === 0) console.log(line);
    else console.error(line);
  }
  return code === 3 && Deno.args.includes("--if-reachable") ? 0 : code;
}

if (import.meta.main) Deno.exit(await main());

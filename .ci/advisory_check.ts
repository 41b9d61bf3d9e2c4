import { satisfies } from "semver";
import { z } from "zod";
import { keyOf, type LockedPackage } from "./locked_packages.ts";

/** What is known to be wrong with packages of the lock file, or why nobody can say. */
export type AdvisoryOutcome =
  | { readonly kind: "checked"; readonly packages: number; readonly advisories: readonly Advisory[] }
  | { readonly kind: "notChecked"; readonly reason: string };

export interface Advisory {
  /** `name@version`. */
  readonly package: string;
  readonly severity: string;
  readonly title: string;
  readonly url: string;
  /** Versions that have it, as a range. */
  readonly range: string;
}

/** An advisory that does not concern us. */
export interface AcceptedAdvisory {
  readonly url: string;
  readonly reason: string;
}

/** The answer of the registry's bulk endpoint, by package name. */
const answer = z.record(
  z.string(),
  z.array(z.object({
    url: z.string(),
    title: z.string(),
    severity: z.string(),
    vulnerable_versions: z.string(),
  })),
);

/** What is asked: every version of every name. */
export function advisoryRequest(packages: readonly LockedPackage[]): Record<string, string[]> {
  const byName = Map.groupBy(packages, ({ name }) => name);
  return Object.fromEntries([...byName].map(([name, all]) => [name, all.map(({ version }) => version)]));
}

/** Asks the registry; an answer that is none of its own is no result. */
export async function checkAdvisories(
  packages: readonly LockedPackage[],
  { registry, timeoutMs }: { readonly registry: string; readonly timeoutMs: number },
): Promise<AdvisoryOutcome> {
  const url = new URL(
    "-/npm/v1/security/advisories/bulk",
    registry.endsWith("/") ? registry : `${registry}/`,
  );
  const notChecked = (reason: string) => ({ kind: "notChecked", reason: `${url.href}: ${reason}` }) as const;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(advisoryRequest(packages)),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    if (!response.ok) return notChecked(`HTTP ${response.status}`);
    const parsed = answer.safeParse(jsonOf(text));
    if (!parsed.success) return notChecked("the answer is not that of an npm registry");
    return { kind: "checked", packages: packages.length, advisories: matching(packages, parsed.data) };
  } catch (error) {
    return notChecked(error instanceof Error ? error.message : String(error));
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function matching(packages: readonly LockedPackage[], known: z.infer<typeof answer>): Advisory[] {
  return packages.flatMap((each) =>
    (known[each.name] ?? [])
      .filter(({ vulnerable_versions: range }) => satisfies(each.version, range, { includePrerelease: true }))
      .map(({ url, title, severity, vulnerable_versions: range }) => ({
        package: keyOf(each),
        severity,
        title,
        url,
        range,
      }))
  );
}

export interface AdvisoryReport {
  readonly code: 0 | 1 | 3;
  readonly lines: readonly string[];
}

/** What is printed, and the exit code: 0 nothing is known, 1 something is, 3 nobody could be asked. */
export function advisoryReport(
  outcome: AdvisoryOutcome,
  accepted: readonly AcceptedAdvisory[],
): AdvisoryReport {
  if (outcome.kind === "notChecked") {
    const lines = [
      `ADVISORIES NOT CHECKED: ${outcome.reason}`,
      "Nothing is known of the packages' advisories.",
    ];
    return { code: 3, lines };
  }
  const isAccepted = ({ url }: Advisory) => accepted.some((each) => each.url === url);
  const open = outcome.advisories.filter((each) => !isAccepted(each));
  const stale = accepted.filter(({ url }) => !outcome.advisories.some((each) => each.url === url));
  const lines = [
    ...open.map(({ package: name, severity, title, url, range }) =>
      `${name}: ${severity}: ${title} (${range}) ${url}`
    ),
    ...stale.map(({ url }) => `${url} is accepted, but no package has it any more: take it off the list`),
  ];
  if (lines.length > 0) return { code: 1, lines };
  const known = outcome.advisories.length === 0
    ? ""
    : `, ${outcome.advisories.length} accepted with a reason`;
  return { code: 0, lines: [`${outcome.packages} packages, no advisory${known}`] };
}

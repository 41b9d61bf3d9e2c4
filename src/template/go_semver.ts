/**
 * Versions and constraints by the rules of Masterminds' semver for Go, which differ from npm's: partial versions
 * and a leading `v` are versions, commas and spaces mean and, prereleases match only where the constraint has one,
 * `>1.2` starts at 1.3, and `!=` exists.
 */
import { RE2JS } from "re2js";
import { parseInteger } from "./number.ts";

export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
  /** The text that the version was read from. */
  readonly original: string;
}

export type VersionResult = { kind: "version"; version: Version } | { kind: "error"; message: string };

const suffix = "(-([0-9A-Za-z\\-]+(?:\\.[0-9A-Za-z\\-]+)*))?(?:\\+([0-9A-Za-z\\-]+(?:\\.[0-9A-Za-z\\-]+)*))?";
const versionPattern = new RegExp(`^v?([0-9]+)(?:\\.([0-9]+))?(?:\\.([0-9]+))?${suffix}$`);

/** semver.NewVersion. */
export function parseVersion(text: string): VersionResult {
  const match = versionPattern.exec(text);
  if (match === null) return { kind: "error", message: "Invalid Semantic Version" };
  const numbers: bigint[] = [];
  for (const segment of match.slice(1, 4)) {
    const parsed = parseInteger(segment ?? "0", { base: 10, signed: false });
    if (parsed.kind !== "value") {
      const reason = `strconv.ParseUint: parsing "${segment}": value out of range`;
      return { kind: "error", message: `Error parsing version segment: ${reason}` };
    }
    numbers.push(parsed.value);
  }
  const prerelease = match[5] ?? "";
  if (prerelease.split(".").some((part) => /^0\d+$/.test(part))) {
    return { kind: "error", message: "Version segment starts with 0" };
  }
  const [major = 0n, minor = 0n, patch = 0n] = numbers;
  return {
    kind: "version",
    version: { major, minor, patch, prerelease, metadata: match[6] ?? "", original: text },
  };
}

export function versionText(version: Version): string {
  const { major, minor, patch, prerelease, metadata } = version;
  const tail = (prerelease === "" ? "" : `-${prerelease}`) + (metadata === "" ? "" : `+${metadata}`);
  return `${major}.${minor}.${patch}${tail}`;
}

/** -1, 0 or 1; metadata doesn't count. */
export function compareVersions(a: Version, b: Version): number {
  for (const key of ["major", "minor", "patch"] as const) {
    if (a[key] !== b[key]) return a[key] < b[key] ? -1 : 1;
  }
  if (a.prerelease === b.prerelease) return 0;
  if (a.prerelease === "") return 1;
  return b.prerelease === "" ? -1 : comparePrereleases(a.prerelease, b.prerelease);
}

function comparePrereleases(a: string, b: string): number {
  const left = a.split(".");
  const right = b.split(".");
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = compareParts(left[at] ?? "", right[at] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers come before words; a missing part comes before any. */
function compareParts(a: string, b: string): number {
  if (a === b) return 0;
  if (a === "") return -1;
  if (b === "") return 1;
  const left = parseInteger(a, { base: 10, signed: false });
  const right = parseInteger(b, { base: 10, signed: false });
  if (left.kind !== "value" && right.kind !== "value") return a > b ? 1 : -1;
  if (right.kind !== "value") return -1;
  if (left.kind !== "value") return 1;
  return left.value > right.value ? 1 : -1;
}

interface Constraint {
  readonly operator: string;
  readonly version: Version;
  /** What the constraint leaves open: nothing, the patch number, minor and patch, or everything. */
  readonly open: "none" | "patch" | "minor" | "all";
}

const operators = "=||!=|>|<|>=|=>|<=|=<|~|~>|\\^";
const part = "[0-9|xX*]+";
const identifiers = "[0-9A-Za-z\\-]+(?:\\.[0-9A-Za-z\\-]+)*";
const tail = `(?:-${identifiers})?(?:\\+${identifiers})?`;
const partial = `v?${part}(?:\\.${part})?(?:\\.${part})?${tail}`;
const one = `(?:${operators})\\s*(?:${partial})`;

/** Constraint texts are matched in linear time: they come from templates and rows. */
const onePattern = RE2JS.compile(
  `^\\s*(${operators})\\s*(v?(${part})(\\.${part})?(\\.${part})?((?:-${identifiers})?)(?:\\+${identifiers})?)\\s*$`,
);
const eachPattern = RE2JS.compile(one);
const validPattern = RE2JS.compile(`^(?:\\s*${one}\\s*)(?:(?:\\s+|,\\s*)${one}\\s*)*$`);
const rangePattern = RE2JS.compile(`\\s*(${partial})\\s+-\\s+(${partial})\\s*`);

/** Alternatives, each of them constraints that must all hold. */
export type Constraints = readonly (readonly Constraint[])[];

export type ConstraintResult =
  | { kind: "constraints"; constraints: Constraints }
  | { kind: "error"; message: string };

/** `1.2 - 1.4` means `>= 1.2, <= 1.4`. */
function withoutRanges(text: string): string {
  let out = text;
  const matcher = rangePattern.matcher(text);
  while (matcher.find()) {
    const rewritten = `>= ${matcher.group(1)}, <= ${matcher.group(2)} `;
    out = out.replace(matcher.group(0) ?? "", () => rewritten);
  }
  return out;
}

function isOpen(text: string): boolean {
  return ["", "x", "X", "*"].includes(text.replace(/^\./, ""));
}

function parseOne(text: string): Constraint | undefined {
  const matcher = onePattern.matcher(text);
  if (!matcher.find()) return undefined;
  const group = (at: number) => matcher.group(at) ?? "";
  const [major, minor, patch, prerelease] = [group(3), group(4), group(5), group(6)];
  const { open, full } = isOpen(major)
    ? { open: "all" as const, full: `0.0.0${prerelease}` }
    : isOpen(minor)
    ? { open: "minor" as const, full: `${major}.0.0${prerelease}` }
    : isOpen(patch)
    ? { open: "patch" as const, full: `${major}${minor}.0${prerelease}` }
    : { open: "none" as const, full: group(2) };
  const parsed = parseVersion(full);
  return parsed.kind === "version" ? { operator: group(1), version: parsed.version, open } : undefined;
}

/** semver.NewConstraint. */
export function parseConstraints(text: string): ConstraintResult {
  const alternatives: Constraint[][] = [];
  for (const alternative of withoutRanges(text).split("||")) {
    if (!validPattern.test(alternative)) {
      return { kind: "error", message: `improper constraint: ${alternative}` };
    }
    const matcher = eachPattern.matcher(alternative);
    const all: Constraint[] = [];
    while (matcher.find()) {
      const constraint = parseOne(matcher.group(0) ?? "");
      if (constraint === undefined) return { kind: "error", message: "constraint Parser Error" };
      all.push(constraint);
    }
    alternatives.push(all);
  }
  return { kind: "constraints", constraints: alternatives };
}

/** Whether a version meets all constraints of one alternative. */
export function satisfies(version: Version, constraints: Constraints): boolean {
  return constraints.some((all) => all.every((constraint) => meets(version, constraint)));
}

function meets(version: Version, constraint: Constraint): boolean {
  const { operator, open } = constraint;
  const isUnasked = version.prerelease !== "" && constraint.version.prerelease === "";
  if (operator === "!=") return isUnasked && open !== "none" ? false : differs(version, constraint);
  if (isUnasked) return false;
  const order = compareVersions(version, constraint.version);
  switch (operator) {
    case ">":
      return isAbove(version, constraint);
    case "<":
      return order < 0;
    case ">=":
    case "=>":
      return order >= 0;
    case "<=":
    case "=<":
      return isAtMost(version, constraint);
    case "~":
    case "~>":
      return isNear(version, constraint);
    case "^":
      return isCompatible(version, constraint);
    default:
      return open === "none" ? order === 0 : isNear(version, constraint);
  }
}

function differs(version: Version, { version: wanted, open }: Constraint): boolean {
  if (open === "none") return compareVersions(version, wanted) !== 0;
  if (version.major !== wanted.major) return true;
  if (open === "minor") return false;
  if (version.minor !== wanted.minor) return true;
  if (open === "all") return compareVersions({ ...version, major: wanted.major }, wanted) !== 0;
  return version.prerelease !== wanted.prerelease &&
    comparePrereleases(version.prerelease, wanted.prerelease) !== 0;
}

function isAbove(version: Version, { version: wanted, open }: Constraint): boolean {
  if (open === "none" || open === "all") return compareVersions(version, wanted) > 0;
  if (version.major !== wanted.major) return version.major > wanted.major;
  return open === "patch" && version.minor > wanted.minor;
}

function isAtMost(version: Version, { version: wanted, open }: Constraint): boolean {
  if (open === "none") return compareVersions(version, wanted) <= 0;
  if (version.major !== wanted.major) return version.major < wanted.major;
  return open === "minor" || version.minor <= wanted.minor;
}

/** The same minor version, or with an open minor the same major one; `~0.0.0` and `*` take any. */
function isNear(version: Version, { version: wanted, open }: Constraint): boolean {
  if (compareVersions(version, wanted) < 0) return false;
  const isZero = wanted.major === 0n && wanted.minor === 0n && wanted.patch === 0n;
  if (isZero && open !== "minor" && open !== "patch") return true;
  if (version.major !== wanted.major) return false;
  return version.minor === wanted.minor || open === "minor";
}

/** Nothing left of the first number that is not zero may change. */
function isCompatible(version: Version, { version: wanted, open }: Constraint): boolean {
  if (compareVersions(version, wanted) < 0) return false;
  if (wanted.major > 0n || open === "minor") return version.major === wanted.major;
  if (version.major > 0n) return false;
  if (wanted.minor > 0n || open === "patch") return version.minor === wanted.minor;
  if (version.minor > 0n) return false;
  return version.patch === wanted.patch;
}

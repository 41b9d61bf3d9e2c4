import { CallError, define, type FunctionTable, type GoFunction } from "./function.ts";
import {
  compareVersions,
  parseConstraints,
  parseVersion,
  satisfies,
  type Version,
  versionText,
} from "./go_semver.ts";
import type { GoType } from "./go_type.ts";
import { GoInt, GoList, GoObject, types, type Value } from "./value.ts";

/** `semver.Version`, and `*semver.Version` when `isPointer`: the methods differ. */
class GoVersion extends GoObject {
  constructor(readonly version: Version, readonly isPointer: boolean) {
    super();
  }

  get type(): GoType<GoVersion> {
    return this.isPointer ? pointerType : structType;
  }

  /** Go's fields, which no template reaches but verbs such as `%d` print. */
  override fields(): ReadonlyMap<string, Value> {
    const { major, minor, patch, prerelease, metadata, original } = this.version;
    return new Map<string, Value>([
      ["major", number(major)],
      ["minor", number(minor)],
      ["patch", number(patch)],
      ["pre", prerelease],
      ["metadata", metadata],
      ["original", original],
    ]);
  }

  override same(other: GoObject): boolean {
    return this.isPointer ? this === other : this.deepEqual(other);
  }

  /** Sprig's copies lose what is not exported: they are 0.0.0. */
  override copied(): GoVersion {
    const nothing = { major: 0n, minor: 0n, patch: 0n, prerelease: "", metadata: "", original: "" };
    return new GoVersion(nothing, this.isPointer);
  }

  override deepEqual(other: GoObject): boolean {
    return other instanceof GoVersion && other.isPointer === this.isPointer &&
      versionText(other.version) === versionText(this.version) &&
      other.version.original === this.version.original;
  }
}

type Method = (self: GoVersion) => GoFunction;

const getter = (read: (version: Version) => Value): Method => (self) =>
  define({ params: [], call: () => read(self.version) });

const number = (value: bigint) => new GoInt(value, types.uint64);

/** The next version, whose original text keeps a leading `v`. */
function next(change: (version: Version) => Partial<Version>): Method {
  return getter((version) => {
    const changed = { ...version, prerelease: "", metadata: "", ...change(version) };
    const original = (version.original.startsWith("v") ? "v" : "") + versionText(changed);
    return new GoVersion({ ...changed, original }, false);
  });
}

/** A version with another prerelease or metadata; fails for a text that can be neither. */
function withTail(key: "prerelease" | "metadata"): Method {
  return (self) =>
    define({
      params: [types.string],
      call: ([text]) => {
        const wrong = tailError(key, text);
        if (wrong !== undefined) throw new CallError(wrong);
        const changed = { ...self.version, [key]: text };
        const original = (self.version.original.startsWith("v") ? "v" : "") + versionText(changed);
        return new GoVersion({ ...changed, original }, false);
      },
    });
}

/** Why a text is no prerelease or metadata; parts between dots may be empty here. */
function tailError(key: "prerelease" | "metadata", text: string): string | undefined {
  const isKnown = /^[0-9A-Za-z\-.]*$/.test(text);
  if (key === "metadata") return isKnown ? undefined : "Invalid Metadata string";
  if (text.split(".").some((part) => /^0\d+$/.test(part))) return "Version segment starts with 0";
  return isKnown ? undefined : "Invalid Prerelease string";
}

const valueMethods: [string, Method][] = [
  ["Major", getter((version) => number(version.major))],
  ["Minor", getter((version) => number(version.minor))],
  ["Patch", getter((version) => number(version.patch))],
  ["Prerelease", getter((version) => version.prerelease)],
  ["Metadata", getter((version) => version.metadata)],
  ["String", getter(versionText)],
  ["IncPatch", next(({ prerelease, patch }) => ({ patch: prerelease === "" ? patch + 1n : patch }))],
  ["IncMinor", next(({ minor }) => ({ minor: minor + 1n, patch: 0n }))],
  ["IncMajor", next(({ major }) => ({ major: major + 1n, minor: 0n, patch: 0n }))],
  ["SetPrerelease", withTail("prerelease")],
  ["SetMetadata", withTail("metadata")],
  ["Value", getter(versionText)],
  ["MarshalText", getter((version) => byteList(versionText(version)))],
  ["MarshalJSON", getter((version) => byteList(`"${versionText(version)}"`))],
];

function byteList(text: string): GoList {
  const bytes = [...text].map((byte) => new GoInt(BigInt(byte.charCodeAt(0)), types.uint8));
  return new GoList(bytes, types.byteList as GoType<GoList>);
}

const compared = (result: (order: number) => Value): Method => (self) =>
  define({
    params: [pointerType],
    call: ([other]) => {
      if (other === null) {
        throw new CallError("runtime error: invalid memory address or nil pointer dereference");
      }
      return result(compareVersions(self.version, other.version));
    },
  });

const pointerMethods: [string, Method][] = [
  ["Original", getter((version) => version.original)],
  ["Compare", compared((order) => new GoInt(BigInt(order)))],
  ["Equal", compared((order) => order === 0)],
  ["LessThan", compared((order) => order < 0)],
  ["LessThanEqual", compared((order) => order <= 0)],
  ["GreaterThan", compared((order) => order > 0)],
  ["GreaterThanEqual", compared((order) => order >= 0)],
];

const printing = {
  text: (value: GoVersion) => versionText(value.version),
  json: (value: GoVersion) => `"${versionText(value.version)}"`,
};

const structType: GoType<GoVersion> = {
  name: "semver.Version",
  kind: "struct",
  methods: new Map(valueMethods),
  ...printing,
};

const pointerType: GoType<GoVersion> = {
  name: "*semver.Version",
  kind: "ptr",
  elem: structType as GoType,
  methods: new Map([...valueMethods, ...pointerMethods]),
  ...printing,
};

function versionOf(text: string): Version {
  const parsed = parseVersion(text);
  if (parsed.kind === "version") return parsed.version;
  throw new CallError(parsed.message);
}

export const semverFunctions: FunctionTable = {
  semver: define({ params: [types.string], call: ([text]) => new GoVersion(versionOf(text), true) }),
  semverCompare: define({
    params: [types.string, types.string],
    call: ([constraint, text], { budget }) => {
      budget.steps(1 + constraint.length / 10);
      const parsed = parseConstraints(constraint);
      if (parsed.kind === "error") throw new CallError(parsed.message);
      return satisfies(versionOf(text), parsed.constraints);
    },
  }),
};

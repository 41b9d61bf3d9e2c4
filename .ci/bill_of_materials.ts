import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { keyOf, type LockedPackage } from "./locked_packages.ts";

/** What a bill is made of. */
export interface BillInput {
  readonly application: { readonly name: string; readonly version: string; readonly licence: string };
  readonly denoVersion: string;
  readonly packages: readonly LockedPackage[];
  /** By `name@version`. */
  readonly licences: ReadonlyMap<string, string | undefined>;
  /** `name@version` of what the application imports itself. What these don't lead to is for tests and tools. */
  readonly imported: ReadonlySet<string>;
}

interface Component {
  readonly type: "library" | "platform";
  readonly "bom-ref": string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly scope: "required" | "excluded";
  readonly hashes?: readonly { readonly alg: "SHA-512"; readonly content: string }[];
  readonly licenses?: readonly Licence[];
  readonly purl: string;
}

type Licence = { readonly license: { readonly id: string } } | { readonly expression: string };

/** A CycloneDX 1.6 document. */
export interface Bill {
  readonly $schema: string;
  readonly bomFormat: "CycloneDX";
  readonly specVersion: "1.6";
  readonly serialNumber: string;
  readonly version: 1;
  readonly metadata: unknown;
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * The bill of materials, the same for the same input: no time is in it, and its serial number is derived from the rest.
 * Packages that only tests and tools use have the scope `excluded`.
 */
export function billOfMaterials(input: BillInput): Bill {
  const { application: { name, version, licence }, denoVersion, packages } = input;
  const shipped = reachable(packages, input.imported);
  const ref = `pkg:npm/${encodeURIComponent(name).replace("%2F", "/")}@${version}`;
  const deno: Component = {
    type: "platform",
    "bom-ref": `pkg:github/denoland/deno@v${denoVersion}`,
    name: "deno",
    version: denoVersion,
    scope: "required",
    licenses: [{ license: { id: "MIT" } }],
    purl: `pkg:github/denoland/deno@v${denoVersion}`,
  };
  const byKey = new Map(packages.map((each) => [keyOf(each), purlOf(each)]));
  const refs = (keys: Iterable<string>) => [...keys].flatMap((key) => byKey.get(key) ?? []).toSorted();
  const content = {
    metadata: {
      component: {
        type: "application",
        "bom-ref": ref,
        name,
        version,
        licenses: [licenceEntry(licence)],
        purl: ref,
      },
    },
    components: [deno, ...packages.map((each) => component(each, { ...input, shipped }))],
    dependencies: [
      { ref, dependsOn: [deno["bom-ref"], ...refs(input.imported)] },
      ...packages.map((each) => ({ ref: purlOf(each), dependsOn: refs(each.dependencies) })),
    ],
  };
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: serialNumber(JSON.stringify(content)),
    version: 1,
    ...content,
  };
}

function component(
  each: LockedPackage,
  { licences, shipped }: Pick<BillInput, "licences"> & { readonly shipped: ReadonlySet<string> },
): Component {
  const [group, name = each.name] = each.name.startsWith("@") ? each.name.split("/") : [undefined, each.name];
  const licence = licences.get(keyOf(each));
  return {
    type: "library",
    "bom-ref": purlOf(each),
    ...(group === undefined ? {} : { group }),
    name,
    version: each.version,
    scope: shipped.has(keyOf(each)) ? "required" : "excluded",
    hashes: [{ alg: "SHA-512", content: hexOf(each.integrity) }],
    ...(licence === undefined ? {} : { licenses: [licenceEntry(licence)] }),
    purl: purlOf(each),
  };
}

/** What these packages lead to, themselves included. */
function reachable(packages: readonly LockedPackage[], from: ReadonlySet<string>): ReadonlySet<string> {
  const byKey = new Map(packages.map((each) => [keyOf(each), each]));
  const found = new Set<string>();
  const waiting = [...from];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (found.has(key)) continue;
    found.add(key);
    waiting.push(...byKey.get(key)?.dependencies ?? []);
  }
  return found;
}

/** A package URL: `pkg:npm/%40types/node@20.0.0`. */
export function purlOf({ name, version }: Pick<LockedPackage, "name" | "version">): string {
  return `pkg:npm/${name.replace("@", "%40")}@${encodeURIComponent(version)}`;
}

function licenceEntry(licence: string): Licence {
  return /^[\w.+-]+$/.test(licence) ? { license: { id: licence } } : { expression: licence };
}

/** The digest of `sha512-<base64>` in hexadecimal digits. */
function hexOf(integrity: string): string {
  const [algorithm, digest = ""] = integrity.split("-", 2);
  const bytes = Buffer.from(digest, "base64");
  if (algorithm !== "sha512" || bytes.length !== 64) {
    throw new Error(
      `an integrity is sha512- and 64 bytes in base64, not ${algorithm} and ${bytes.length} bytes`,
    );
  }
  return bytes.toString("hex");
}

/** A version 8 UUID (RFC 9562) of the content's SHA-256. */
function serialNumber(content: string): string {
  const bytes = createHash("sha256").update(content).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  const parts = [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]] as const;
  return `urn:uuid:${parts.map(([from, to]) => hex.slice(from, to)).join("-")}`;
}

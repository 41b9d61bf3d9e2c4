import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical_json.ts";
import type { KubeError } from "./error.ts";
import type { KubeObject, ManagedFieldsEntry } from "./object.ts";

/** Which entry of `managedFields`: one manager may have one an operation and subresource. */
export interface FieldManager {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly subresource?: string | undefined;
}

/** One field that a server-side apply without force may not take over. */
export interface FieldConflict {
  /** The manager that owns it. */
  readonly manager: string;
  /** The subresource through which that manager wrote, "status" or "scale". */
  readonly subresource: string | undefined;
  /** ".spec.replicas" */
  readonly field: string;
}

/** The entry of one manager, or `undefined` where it owns nothing. */
function managedEntry(object: KubeObject, by: FieldManager): ManagedFieldsEntry | undefined {
  return object.metadata.managedFields?.find((entry) =>
    entry.manager === by.manager && entry.operation === by.operation &&
    (entry.subresource ?? "") === (by.subresource ?? "")
  );
}

/**
 * A hash of the fields that one manager owns, 22 characters; `undefined` where it owns nothing. It stays the same as long
 * as nobody takes a field out of the entry or writes another value to one (that takes it out, too); the entry's time and
 * the order of its keys do not count.
 */
export function entryHash(object: KubeObject, by: FieldManager): string | undefined {
  const fields = managedEntry(object, by)?.fieldsV1;
  if (fields === undefined) return undefined;
  return createHash("sha256").update(canonicalJson(fields)).digest("base64url").slice(0, 22);
}

/** The paths of the fields that one manager owns, sorted: `.spec.template.spec.containers[name="web"].image`. */
export function ownedPaths(object: KubeObject, by: FieldManager): string[] {
  const fields = managedEntry(object, by)?.fieldsV1;
  return fields === undefined ? [] : fieldPaths(fields);
}

/** The paths of a `fieldsV1`, sorted, as the server's conflicts name them. */
export function fieldPaths(fields: Readonly<Record<string, unknown>>): string[] {
  const paths: string[] = [];
  addLeaves(paths, fields, "");
  return paths.sort();
}

/** The conflicts that a refused apply (409) names in `Status.details.causes`. Empty for every other error. */
export function fieldConflicts(error: KubeError): FieldConflict[] {
  return error.causes.filter((cause) => cause.reason === "FieldManagerConflict").map((cause) => ({
    ...ownerOf(cause.message),
    field: cause.field,
  }));
}

/** The server names the owner in the message alone: `conflict with "kubectl" with subresource "scale" using apps/v1`. */
function ownerOf(message: string): Pick<FieldConflict, "manager" | "subresource"> {
  const found = /^conflict with ("(?:[^"\\]|\\.)*")(?: with subresource "([^"]*)")?/.exec(message);
  return { manager: unquote(found?.[1]), subresource: found?.[2] };
}

function unquote(quoted: string | undefined): string {
  if (quoted === undefined) return "";
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
}

/** `f:` is a field, `k:` a list item by its keys, `v:` a set member, `i:` an index, `.` the node itself. */
function addLeaves(paths: string[], fields: Readonly<Record<string, unknown>>, path: string): void {
  for (const key of Object.keys(fields)) {
    if (key === ".") {
      if (path !== "") paths.push(path);
      continue;
    }
    const below = path + segment(key);
    const children = (fields[key] ?? {}) as Record<string, unknown>;
    if (Object.keys(children).length === 0) paths.push(below);
    else addLeaves(paths, children, below);
  }
}

function segment(key: string): string {
  if (key.startsWith("f:")) return `.${key.slice(2)}`;
  const rest = key.slice(2);
  switch (key.slice(0, 2)) {
    case "v:":
      return `[=${rest}]`;
    case "k:":
      return `[${keysOf(rest)}]`;
    default:
      return `[${rest}]`;
  }
}

function keysOf(json: string): string {
  const keys = JSON.parse(json) as Record<string, unknown>;
  return Object.keys(keys).sort().map((key) => `${key}=${JSON.stringify(keys[key])}`).join(",");
}

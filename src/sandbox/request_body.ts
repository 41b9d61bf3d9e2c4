import { parse } from "yaml";
import type { WriteOptions } from "./cluster.ts";
import type { FieldManagement } from "./field_management.ts";
import type { PatchBody } from "./patch_object.ts";
import { protobufBody } from "./protobuf_body.ts";
import { badRequest, failure } from "./status_error.ts";

/** A request after its body was read; the rest of the handling is synchronous, so that writes never interleave. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string | null;
  readonly contentType: string;
  readonly userAgent: string | undefined;
  readonly body: Uint8Array;
}

/** Reads an HTTP request whole. */
export async function readRequest(request: Request): Promise<ApiRequest> {
  const url = new URL(request.url);
  return {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    accept: request.headers.get("accept"),
    contentType: (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "",
    userAgent: request.headers.get("user-agent") ?? undefined,
    body: request.body === null ? new Uint8Array() : new Uint8Array(await request.arrayBuffer()),
  };
}

function parsed(text: string, language: "json" | "yaml"): unknown {
  try {
    return language === "json" ? JSON.parse(text) : parse(text, { merge: true });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw badRequest(
      `the object provided is unrecognized: couldn't get version/kind; ${language} parse error: ${said}`,
    );
  }
}

/** The JSON or YAML value of a body; undefined where there is none. 415 for other content types. */
export function bodyValue(request: ApiRequest): unknown {
  if (request.body.length === 0) return undefined;
  const text = new TextDecoder().decode(request.body);
  switch (request.contentType) {
    case "":
    case "application/json":
      return parsed(text, "json");
    case "application/yaml":
      return parsed(text, "yaml");
    case "application/vnd.kubernetes.protobuf":
      return protobufBody(request.body);
    default:
      throw unsupported("application/json, application/yaml, application/vnd.kubernetes.protobuf");
  }
}

function unsupported(known: string): Error {
  return failure(415, "UnsupportedMediaType", {
    message: `the body of the request was in an unknown format - accepted media types include: ${known}`,
    details: {},
  });
}

export function patchBody(request: ApiRequest): PatchBody {
  const text = new TextDecoder().decode(request.body);
  switch (request.contentType) {
    case "application/json-patch+json":
      return { kind: "json", patch: parsed(text, "json") };
    case "application/merge-patch+json":
      return { kind: "merge", patch: parsed(text, "json") };
    case "application/strategic-merge-patch+json":
      return { kind: "strategic", patch: parsed(text, "json") };
    case "application/apply-patch+yaml":
      return { kind: "apply", applied: parsed(text, "yaml") };
    default:
      throw unsupported(
        "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, " +
          "application/apply-patch+yaml",
      );
  }
}

/** `?dryRun=`, `?fieldManager=`, `?fieldValidation=` and `?force=`; 422/400 for values that are none. */
export function writeOptions(fields: FieldManagement, request: ApiRequest): WriteOptions {
  const { query } = request;
  const validation = query.get("fieldValidation") ?? "";
  if (!["", "Ignore", "Warn", "Strict"].includes(validation)) {
    throw badRequest(`fieldValidation must be Ignore, Warn or Strict, not ${JSON.stringify(validation)}`);
  }
  const dryRun = query.get("dryRun") ?? "";
  if (dryRun !== "" && dryRun !== "All") {
    throw badRequest(`dryRun must be All, not ${JSON.stringify(dryRun)}`);
  }
  const fieldManager = query.get("fieldManager") ?? undefined;
  const applying = request.contentType === "application/apply-patch+yaml";
  if (applying && (fieldManager === undefined || fieldManager === "")) {
    throw failure(422, "Invalid", {
      message:
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      details: {
        group: "meta.k8s.io",
        kind: "PatchOptions",
        causes: [{
          reason: "FieldValueRequired",
          message: "Required value: is required for apply patch",
          field: "fieldManager",
        }],
      },
    });
  }
  return {
    dryRun: dryRun === "All",
    manager: fields.managerName(fieldManager, request.userAgent),
    fieldValidation: validation === "Ignore" || validation === "Strict" ? validation : "Warn",
    force: query.get("force") === "true",
  };
}

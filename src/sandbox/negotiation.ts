import type { KubeObject } from "../kube/object.ts";
import type { JsonObject } from "./json.ts";
import { failure } from "./status_error.ts";

/** How objects are sent: whole, as a printed table, or as metadata only. */
export type Representation =
  | { readonly kind: "object" }
  | { readonly kind: "table" }
  | { readonly kind: "metadata" };

interface MediaType {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export function mediaTypes(accept: string): readonly MediaType[] {
  return accept.split(",").map((part) => {
    const [type = "", ...parameters] = part.split(";").map((piece) => piece.trim());
    return {
      type: type.toLowerCase(),
      parameters: Object.fromEntries(
        parameters.map((parameter) => {
          const [key = "", value = ""] = parameter.split("=");
          return [key, value] as const;
        }),
      ),
    };
  });
}

const jsonTypes = ["application/json", "*/*", "application/*", ""];

/** The first representation that the client takes and this server has; 406 where there is none (protobuf only). */
export function representationOf(accept: string | null): Representation {
  for (const { type, parameters } of mediaTypes(accept ?? "")) {
    if (!jsonTypes.includes(type)) continue;
    if (parameters.as === "Table" && parameters.g === "meta.k8s.io") return { kind: "table" };
    if (parameters.as === "PartialObjectMetadata" || parameters.as === "PartialObjectMetadataList") {
      return { kind: "metadata" };
    }
    if (parameters.as === undefined) return { kind: "object" };
  }
  throw failure(406, "NotAcceptable", {
    message: "only the following media types are accepted: application/json",
  });
}

export function metadataOnly(object: KubeObject): JsonObject {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}

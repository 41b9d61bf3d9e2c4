import { type Answer, errorAnswer, json } from "./answers.ts";
import { discovery } from "./discovery.ts";
import { handleCollection, handleObject, type HandlerContext } from "./handlers.ts";
import { openApiDocument, openApiIndex } from "./openapi_documents.ts";
import { type ApiRequest, bodyValue } from "./request_body.ts";
import { requestInfo } from "./request_info.ts";
import { mediaTypes } from "./negotiation.ts";
import { review } from "./reviews.ts";
import { ApiError, failure } from "./status_error.ts";

export const serverVersion = {
  major: "1",
  minor: "34",
  gitVersion: "v1.34.4",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "deno/sandbox",
};

/** Answers one request; what a handler refuses becomes its Status, anything else a 500. */
export function answer(context: HandlerContext, request: ApiRequest): Answer {
  try {
    return route(context, request);
  } catch (error) {
    if (error instanceof ApiError) return errorAnswer(error);
    const said = error instanceof Error ? error.message : String(error);
    return errorAnswer(failure(500, "InternalError", { message: `Internal error occurred: ${said}` }));
  }
}

function route(context: HandlerContext, request: ApiRequest): Answer {
  const { cluster } = context;
  const info = requestInfo(cluster, request.path);
  switch (info.kind) {
    case "collection":
      return handleCollection(context, info, request);
    case "object":
      return handleObject(context, info.target, request);
    case "review":
      return json(review(info.group, info.plural, bodyValue(request)), 201);
    case "path":
      return otherPath(context, request);
  }
}

function otherPath(context: HandlerContext, request: ApiRequest): Answer {
  const { cluster } = context;
  const path = request.path.replace(/\/+$/, "");
  if (/^\/(healthz|livez|readyz)(\/.*)?$/.test(path)) return { kind: "text", code: 200, body: "ok" };
  if (path === "/version") return json(serverVersion);
  if (path === "/openapi/v3") return json(openApiIndex(cluster));
  if (path === "/openapi/v2") return openApiV2(context, request);
  if (path.startsWith("/openapi/v3/")) {
    const document = openApiDocument(cluster, path.slice("/openapi/v3/".length));
    return document === undefined ? notFoundPage() : json(document);
  }
  return discovery(cluster, path, request.accept) ?? notFoundPage();
}

/** JSON only: a client that takes nothing but protobuf gets 406 and goes on with v3. */
function openApiV2(context: HandlerContext, request: ApiRequest): Answer {
  const types = mediaTypes(request.accept ?? "application/json").map(({ type }) => type);
  if (!types.some((type) => type === "application/json" || type === "*/*")) {
    throw failure(406, "NotAcceptable", {
      message: "only the following media types are accepted: application/json",
    });
  }
  return json(context.cluster.fields.openapi().v2());
}

function notFoundPage(): Answer {
  return { kind: "text", code: 404, body: "404 page not found\n" };
}

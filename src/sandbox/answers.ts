import { type ApiError } from "./status_error.ts";

/** An answer before it is put into HTTP. */
export type Answer =
  | {
    readonly kind: "json";
    readonly code: number;
    readonly body: unknown;
    readonly warnings?: readonly string[];
    readonly contentType?: string;
  }
  | { readonly kind: "text"; readonly code: number; readonly body: string }
  | { readonly kind: "stream"; readonly body: ReadableStream<Uint8Array>; readonly contentType: string };

export function json(body: unknown, code = 200): Answer {
  return { kind: "json", code, body };
}

export function errorAnswer(error: ApiError): Answer {
  const { status, continueToken } = error;
  const body = continueToken === undefined ? status : { ...status, metadata: { continue: continueToken } };
  return { kind: "json", code: status.code, body };
}

/** The HTTP response of an answer; warnings go into `Warning: 299` headers. */
export function toResponse(answer: Answer): Response {
  switch (answer.kind) {
    case "text":
      return new Response(answer.body, {
        status: answer.code,
        headers: { "content-type": "text/plain; charset=utf-8" },
      });
    case "stream":
      return new Response(answer.body, { headers: { "content-type": answer.contentType } });
    case "json": {
      const headers = new Headers({
        "content-type": answer.contentType ?? "application/json",
        "cache-control": "no-cache, private",
      });
      for (const warning of answer.warnings ?? []) {
        headers.append("warning", `299 - ${JSON.stringify(warning)}`);
      }
      return new Response(`${JSON.stringify(answer.body)}\n`, { status: answer.code, headers });
    }
  }
}

import type { KubeClient, ObjectRef } from "../../src/kube/client.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { resourcePath, type ResourceType } from "../../src/kube/resource_type.ts";

/** A request as a test sees it. */
export interface SentRequest {
  readonly verb: "get" | "create" | "update" | "patch" | "apply" | "delete";
  readonly path: string;
  readonly body?: unknown;
  readonly options?: unknown;
}

/** What is answered to one request: an object, nothing, or an error that is thrown. */
export type ScriptedAnswer = KubeObject | undefined | Error;

/** A client that answers from a list, in order, and keeps what was asked; a request too many is an error. */
export function scriptedClient(
  answers: readonly ScriptedAnswer[],
): KubeClient & { readonly sent: SentRequest[] } {
  const sent: SentRequest[] = [];
  const left = [...answers];
  const answer = (request: SentRequest): Promise<KubeObject | undefined> => {
    sent.push(request);
    if (left.length === 0) return Promise.reject(new Error(`no answer for ${request.verb} ${request.path}`));
    const next = left.shift();
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  const object = async (request: SentRequest): Promise<KubeObject> => {
    const found = await answer(request);
    if (found === undefined) throw new Error(`${request.verb} needs an object as answer`);
    return found;
  };
  const at = (ref: ObjectRef) => resourcePath(ref.type, ref);
  return {
    sent,
    get: (ref, options) => object({ verb: "get", path: at(ref), options }),
    list: () => {
      throw new Error("a scripted client lists nothing");
    },
    create: (type: ResourceType, body, options) =>
      object({ verb: "create", path: resourcePath(type, pick(body)), body, options }),
    update: (ref, body, ...[options]) => object({ verb: "update", path: at(ref), body, options }),
    patch: (ref, { body }, ...[options]) => object({ verb: "patch", path: at(ref), body, options }),
    apply: async (ref, body, ...[options]) => ({
      object: await object({ verb: "apply", path: at(ref), body, options }),
      created: "resourceVersion" in body.metadata,
    }),
    delete: (ref, options) => answer({ verb: "delete", path: at(ref), options }),
    raw: () => Promise.reject(new Error("a scripted client has no raw paths")),
  };
}

function pick({ metadata }: KubeObject) {
  return { namespace: metadata.namespace };
}

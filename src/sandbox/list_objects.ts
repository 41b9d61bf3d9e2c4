import type { KubeObject } from "../kube/object.ts";
import type { Cluster } from "./cluster.ts";
import { toServed } from "./conversion.ts";
import { at, isObject } from "./json.ts";
import {
  type FieldRequirement,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
  type Requirement,
} from "./selectors.ts";
import type { ServedResource } from "./served_resource.ts";
import { ApiError, badRequest, expired, failure } from "./status_error.ts";

/** Which objects of a resource a list, watch or deletecollection means. */
export interface Selection {
  readonly resource: ServedResource;
  readonly namespace: string | undefined;
  readonly labels: readonly Requirement[];
  readonly fields: readonly FieldRequirement[];
}

export interface ListPage {
  readonly items: readonly KubeObject[];
  readonly revision: number;
  readonly next: string | undefined;
  readonly remaining: number | undefined;
}

export function selectionOf(
  resource: ServedResource,
  namespace: string | undefined,
  query: URLSearchParams,
): Selection {
  return {
    resource,
    namespace,
    labels: parseLabelSelector(query.get("labelSelector") ?? ""),
    fields: parseFieldSelector(resource, query.get("fieldSelector") ?? ""),
  };
}

/** Whether a stored object (with its key) belongs to the selection. */
export function selected(selection: Selection, key: string, stored: KubeObject): boolean {
  const { namespace } = selection;
  if (namespace !== undefined && !key.startsWith(`${namespace}/`)) return false;
  return matchesLabels(selection.labels, stored.metadata.labels) && matchesFields(selection.fields, stored);
}

interface ContinueToken {
  readonly revision: number;
  readonly after: string;
}

/** One page, consistent with the first page's revision; 410 when that history is gone. */
export function listObjects(cluster: Cluster, selection: Selection, query: URLSearchParams): ListPage {
  const { storage } = cluster;
  const limit = Number(query.get("limit") ?? "0");
  const token = readToken(query.get("continue") ?? "");
  const revision = token?.revision ?? requestedRevision(cluster, query);
  const entries = storage.listAt(selection.resource.store, revision);
  if (entries === undefined) throw goneError(cluster, token);
  const matching = entries.filter(([key, object]) =>
    (token === undefined || key > token.after) && selected(selection, key, object)
  );
  const page = limit > 0 ? matching.slice(0, limit) : matching;
  const last = page.at(-1);
  const more = page.length < matching.length && last !== undefined;
  return {
    items: page.map(([, object]) => toServed(selection.resource, object)),
    revision,
    next: more ? writeToken({ revision, after: last[0] }) : undefined,
    remaining: more && selection.labels.length === 0 && selection.fields.length === 0
      ? matching.length - page.length
      : undefined,
  };
}

/** The revision that a list answers: the newest, or the exact one asked for. */
function requestedRevision(cluster: Cluster, query: URLSearchParams): number {
  const current = cluster.storage.revision;
  const asked = query.get("resourceVersion") ?? "";
  if (asked === "" || asked === "0") return current;
  const wanted = parseRevision(asked);
  if (wanted > current) throw tooLarge(wanted, current);
  return query.get("resourceVersionMatch") === "Exact" ? wanted : current;
}

export function parseRevision(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw failure(400, "BadRequest", {
      message: `Invalid value: ${JSON.stringify(text)}: resourceVersion must be a number`,
    });
  }
  return Number(text);
}

/** 504 for a version that does not exist yet. */
export function tooLarge(wanted: number, current: number): ApiError {
  return new ApiError({
    ...failure(504, "Timeout", {
      message: `Timeout: Too large resource version: ${wanted}, current: ${current}`,
    }).status,
    details: {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    },
  });
}

function goneError(cluster: Cluster, token: ContinueToken | undefined): ApiError {
  if (token === undefined) {
    return expired("The resourceVersion for the provided list is too old.");
  }
  const fresh = writeToken({ revision: cluster.storage.revision, after: token.after });
  const { status } = expired(
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without " +
      "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. " +
      "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or " +
      "deleted between the time the first chunk was returned and now may show up in the list.",
  );
  return new ApiError(status, fresh);
}

function writeToken(token: ContinueToken): string {
  return btoa(
    JSON.stringify({ v: "meta.k8s.io/v1", rv: token.revision, start: encodeURIComponent(token.after) }),
  )
    .replaceAll("=", "");
}

function readToken(text: string): ContinueToken | undefined {
  if (text === "") return undefined;
  const parsed = decodedToken(text);
  const revision = at(parsed, "rv");
  const after = at(parsed, "start");
  if (!isObject(parsed) || typeof revision !== "number" || typeof after !== "string") {
    throw badRequest("invalid continue token: continue key is not valid");
  }
  return { revision, after: decodeURIComponent(after) };
}

function decodedToken(text: string): unknown {
  try {
    return JSON.parse(atob(text));
  } catch {
    return undefined;
  }
}

import { isObject, type JsonObject, sameJson } from "./json.ts";
import { badRequest, failure } from "./status_error.ts";

/** RFC 7386: null deletes a key, objects merge, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const out: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key];
    else out[key] = mergePatch(out[key], value);
  }
  return out;
}

/** RFC 6902 on a copy; 400 for a patch that is none, 422 for one that does not fit the document. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest("a JSON patch must be a list of operations");
  let document: unknown = structuredClone(target);
  for (const operation of patch) document = applied(document, operation);
  return document;
}

function applied(document: unknown, operation: unknown): unknown {
  if (!isObject(operation) || typeof operation.path !== "string") {
    throw badRequest("a JSON patch operation needs a path");
  }
  const path = pointer(operation.path);
  switch (operation.op) {
    case "add":
      return changed(document, path, { kind: "add", value: structuredClone(operation.value) });
    case "replace":
      lookup(document, path);
      return changed(document, path, { kind: "replace", value: structuredClone(operation.value) });
    case "remove":
      lookup(document, path);
      return changed(document, path, { kind: "remove" });
    case "move": {
      const from = pointer(String(operation.from));
      const value = lookup(document, from);
      return changed(changed(document, from, { kind: "remove" }), path, { kind: "add", value });
    }
    case "copy":
      return changed(document, path, {
        kind: "add",
        value: structuredClone(lookup(document, pointer(String(operation.from)))),
      });
    case "test":
      if (sameJson(lookup(document, path), operation.value)) return document;
      throw unprocessable(`testing value ${operation.path} failed: test failed`);
    default:
      throw badRequest(`unknown JSON patch operation ${JSON.stringify(operation.op)}`);
  }
}

function unprocessable(detail: string): Error {
  return failure(422, "Invalid", {
    message: `the server rejected our request due to an error in our request: ${detail}`,
    details: {},
  });
}

function pointer(text: string): readonly string[] {
  if (text === "") return [];
  if (!text.startsWith("/")) {
    throw badRequest(`${JSON.stringify(text)} is no JSON pointer: it must start with "/"`);
  }
  return text.slice(1).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function lookup(document: unknown, path: readonly string[]): unknown {
  let here = document;
  for (const key of path) {
    if (Array.isArray(here) && /^\d+$/.test(key) && Number(key) < here.length) here = here[Number(key)];
    else if (isObject(here) && Object.hasOwn(here, key)) here = here[key];
    else throw unprocessable(`path /${path.join("/")} does not exist`);
  }
  return here;
}

type Change = { readonly kind: "add" | "replace"; readonly value: unknown } | { readonly kind: "remove" };

function changed(document: unknown, path: readonly string[], change: Change): unknown {
  const last = path.at(-1);
  if (last === undefined) return change.kind === "remove" ? null : change.value;
  const parent = lookup(document, path.slice(0, -1));
  if (Array.isArray(parent)) changeList(parent, last, change);
  else if (!isObject(parent)) throw unprocessable(`path /${path.join("/")} does not exist`);
  else if (change.kind === "remove") delete parent[last];
  else parent[last] = change.value;
  return document;
}

function changeList(list: unknown[], key: string, change: Change): void {
  const index = key === "-" ? list.length : Number(key);
  const top = change.kind === "add" ? list.length : list.length - 1;
  if (!Number.isInteger(index) || index < 0 || index > top) {
    throw unprocessable(`index ${key} is out of bounds`);
  }
  if (change.kind === "remove") list.splice(index, 1);
  else list.splice(index, change.kind === "add" ? 0 : 1, change.value);
}

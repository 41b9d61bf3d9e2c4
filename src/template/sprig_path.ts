import { define, type FunctionTable } from "./function.ts";
import { types, type Value } from "./value.ts";

/** path.Clean: the shortest path that means the same, worked out on the text alone. */
export function cleanPath(path: string): string {
  if (path === "") return ".";
  const isRooted = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!isRooted) parts.push(part);
  }
  const joined = (isRooted ? "/" : "") + parts.join("/");
  return joined === "" ? "." : joined;
}

function basePath(path: string): string {
  if (path === "") return ".";
  const trimmed = path.replace(/\/+$/, "");
  return trimmed === "" ? "/" : trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

function directory(path: string): string {
  return cleanPath(path.slice(0, path.lastIndexOf("/") + 1));
}

function extension(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot);
}

const ofPath = (change: (path: string) => Value) =>
  define({ params: [types.string], call: ([path]) => change(path) });

const isAbsolute = (path: string) => path.startsWith("/");

/** The `os` functions treat paths as Unix does, wherever the operator runs. */
export const pathFunctions: FunctionTable = {
  base: ofPath(basePath),
  osBase: ofPath(basePath),
  dir: ofPath(directory),
  osDir: ofPath(directory),
  clean: ofPath(cleanPath),
  osClean: ofPath(cleanPath),
  ext: ofPath(extension),
  osExt: ofPath(extension),
  isAbs: ofPath(isAbsolute),
  osIsAbs: ofPath(isAbsolute),
};

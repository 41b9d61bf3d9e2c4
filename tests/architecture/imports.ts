import { NARROW_IMPORTS, PACKAGE_ROOMS, ROOM_IMPORTS } from "./house_rules.ts";
import { type Import, isTest, type ParsedFile, roomOf } from "./source_tree.ts";
import type { Violation } from "./violation.ts";

/** Imports that the table of rooms forbids. Tests may import what they test from anywhere. */
export function forbiddenImports(files: readonly ParsedFile[]): Violation[] {
  return files.filter((file) => !isTest(file.path)).flatMap((file) =>
    file.imports.flatMap((each) => importProblem(file, each).map((found) => ({ ...found, file: file.path })))
  );
}

function importProblem(file: ParsedFile, each: Import): Omit<Violation, "file">[] {
  const room = roomOf(file.path) ?? "";
  if (each.target === undefined) return packageProblem(room, each);
  const other = roomOf(each.target);
  const subject = each.target;
  if (other === undefined || isTest(each.target)) {
    return [{ rule: "import", subject, problem: "the program imports from outside src or a test" }];
  }
  if (other === room) return [];
  const allowed = ROOM_IMPORTS[room];
  if (allowed === undefined) {
    return [{ rule: "import", subject, problem: `the room ${room} is in no table; name what it may import` }];
  }
  const narrow = NARROW_IMPORTS[`${room} -> ${other}`];
  if (allowed.includes(other) && (narrow?.includes(each.target) ?? true)) return [];
  return [{ rule: "import", subject, problem: `${room}/ imports nothing of this from ${other}/` }];
}

function packageProblem(room: string, each: Import): Omit<Violation, "file">[] {
  if (each.typeOnly) return [];
  const name = packageName(each.from);
  const rooms = PACKAGE_ROOMS[name];
  if (rooms === undefined || rooms.includes(room)) return [];
  return [{
    rule: "package",
    subject: name,
    problem: `only ${rooms.join(", ") || "nothing"} imports ${name}`,
  }];
}

export function packageName(specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** Files that import each other in a circle at run time; each circle is told once, at its first file by name. */
export function importCycles(files: readonly ParsedFile[]): Violation[] {
  const edges = new Map(files.map((file) =>
    [
      file.path,
      file.imports.flatMap((each) => each.typeOnly || each.target === undefined ? [] : [each.target]),
    ] as const
  ));
  const done = new Set<string>();
  const cycles: string[][] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push(trail.slice(start));
    if (start >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles.map((cycle) => {
    const [file = "", ...others] = cycle.toSorted();
    return {
      rule: "import-cycle",
      file,
      subject: others.join(" "),
      problem: [...cycle, cycle[0]].join(" -> "),
    };
  });
}

import type { ServedResource } from "./served_resource.ts";
import { ageColumn, nameColumn, type TableColumn } from "./tables.ts";

/** The columns of a built-in kind; name and age where it has none of its own. */
export function builtinTable(_resource: ServedResource): readonly TableColumn[] {
  return [nameColumn, ageColumn];
}

import type { ServedResource } from "./served_resource.ts";
import { createdColumn, nameColumn, type TableColumn } from "./table_column.ts";
import { clusterTables } from "./tables_cluster.ts";
import { coreTables } from "./tables_core.ts";
import { workloadTables } from "./tables_workloads.ts";

/** The columns of a built-in kind; name and creation time where it has none of its own. */
export function builtinTable(resource: ServedResource): readonly TableColumn[] {
  const { group, plural } = resource;
  if (group === "" || resource.store === "/events") return coreTables[plural] ?? [nameColumn, createdColumn];
  const key = `${group}/${plural}`;
  return workloadTables[key] ?? clusterTables[key] ?? [nameColumn, createdColumn];
}

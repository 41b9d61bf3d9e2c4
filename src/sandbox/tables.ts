import type { KubeObject } from "../kube/object.ts";
import type { Cluster } from "./cluster.ts";
import type { JsonObject } from "./json.ts";
import { jsonPathValues, parseJsonPath } from "./json_path.ts";
import { metadataOnly } from "./negotiation.ts";
import type { PrinterColumn, ServedResource } from "./served_resource.ts";
import { builtinTable } from "./tables_builtin.ts";
import { ageOf } from "./table_cells.ts";
import { ageColumn, nameColumn, type TableColumn } from "./table_column.ts";

export interface TableRequest {
  readonly objects: readonly KubeObject[];
  readonly metadata: JsonObject;
  /** `None`, `Metadata` or `Object`. */
  readonly include: string;
}

/** A `meta.k8s.io/v1` Table: what `kubectl get` prints. */
export function tableOf(cluster: Cluster, resource: ServedResource, request: TableRequest): JsonObject {
  const columns = resource.custom === undefined
    ? builtinTable(resource)
    : customColumns(resource.custom.columns);
  const now = cluster.clock();
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: request.metadata,
    columnDefinitions: columns.map(({ name, type, format, description, priority }) => ({
      name,
      type,
      format: format ?? "",
      description: description ?? "",
      priority: priority ?? 0,
    })),
    rows: request.objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, now)),
      ...(request.include === "None"
        ? {}
        : { object: request.include === "Object" ? object : metadataOnly(object) }),
    })),
  };
}

function customColumns(columns: readonly PrinterColumn[]): readonly TableColumn[] {
  if (columns.length === 0) return [nameColumn, ageColumn];
  return [nameColumn, ...columns.map(customColumn)];
}

function customColumn(column: PrinterColumn): TableColumn {
  const steps = parseJsonPath(column.jsonPath) ?? [];
  const type = columnType(column.type);
  return {
    name: column.name,
    type,
    ...(column.format === undefined ? {} : { format: column.format }),
    description: column.description ??
      `Custom resource definition column (in JSONPath format): ${column.jsonPath}`,
    priority: column.priority ?? 0,
    cell: (object, now) => customCell(type, jsonPathValues(steps, object), now),
  };
}

function columnType(type: string): TableColumn["type"] {
  return type === "integer" || type === "number" || type === "boolean" || type === "date" ? type : "string";
}

function customCell(type: TableColumn["type"], values: readonly unknown[], now: Date): unknown {
  const [first] = values;
  if (first === undefined || first === null) return type === "string" ? "" : null;
  if (type === "date") return typeof first === "string" ? ageOf(first, now) : "<invalid>";
  if (type === "integer" || type === "number") return typeof first === "number" ? first : null;
  if (type === "boolean") return typeof first === "boolean" ? first : null;
  return values.map((value) => typeof value === "string" ? value : JSON.stringify(value)).join(",");
}

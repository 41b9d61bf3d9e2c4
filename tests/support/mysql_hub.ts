import type { OperatorLab } from "./operator_lab.ts";

/** What a hub has other than the usual. */
interface MysqlHub {
  readonly name?: string;
  readonly table?: string;
  readonly interval?: string;
  /** Further columns that say something of the row itself, such as `pause: hold`. */
  readonly marks?: string;
  /** The row's other variables. */
  readonly variables?: string;
}

/** A LynqHub of the lab's MariaDB; unless told, `tenants` reads the table `tenants` each second and gives `plan`. */
export function mysqlHub(
  { db, namespace }: Pick<OperatorLab, "db" | "namespace">,
  of: MysqlHub = {},
): string {
  const { name = "tenants", table = "tenants", interval = "1s", marks, variables = "plan: plan" } = of;
  const columns = ["uid: id", "activate: active", ...marks === undefined ? [] : [marks]].join(", ");
  return `
apiVersion: operator.lynq.sh/v1
kind: LynqHub
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  source:
    type: mysql
    syncInterval: ${interval}
    mysql: {host: ${db.host}, port: ${db.port}, username: ${db.username}, database: ${db.database}, table: ${table},
      passwordRef: {name: db, key: password}}
  valueMappings: {${columns}}
  extraValueMappings: {${variables}}
`;
}

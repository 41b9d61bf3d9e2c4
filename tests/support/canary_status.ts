import { type Type, TYPES } from "./canary_documents.ts";
import { until } from "./cluster_objects.ts";
import type { OperatorLab } from "./operator_lab.ts";

const API = "operator.lynq.sh/v1";

export interface Seen {
  readonly resources?: readonly {
    readonly id: string;
    readonly reason?: string;
    readonly message?: string;
  }[];
  readonly quarantinedRows?: readonly { readonly reason: string }[];
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
  }[];
}

export async function statusOf(lab: OperatorLab, kind: string, name: string): Promise<Seen> {
  const object = await lab.objects.get({ apiVersion: API, kind, namespace: lab.namespace, name });
  return (object?.["status"] ?? {}) as Seen;
}

/** Waits until resources of each source's first node have these reasons. */
export async function reasons(lab: OperatorLab, wanted: Readonly<Record<string, string>>): Promise<void> {
  for (const type of TYPES) {
    await until(`the resources of ${type} to be ${JSON.stringify(wanted)}`, async () => {
      const { resources = [] } = await statusOf(lab, "LynqNode", `${type}-a-${type}-app`);
      const found = new Map(resources.map(({ id, reason = "Ready" }) => [id, reason]));
      const other = Object.entries(wanted).filter(([id, reason]) => found.get(id) !== reason);
      if (other.length > 0) throw new Error(JSON.stringify([...found]));
      return true;
    });
  }
}

/** Waits until the hub of this source has a condition of this reason. */
export async function hubSays(lab: OperatorLab, type: Type, reason: string): Promise<void> {
  await until(`${type} to say ${reason}`, async () => {
    const { conditions = [] } = await statusOf(lab, "LynqHub", type);
    return conditions.some((each) => each.reason === reason);
  });
}

import { z } from "zod";
import { accountName, conditions, dateTime, int32, int64, secretKeyRef, textMap } from "./primitives.ts";
import { NEVER_SENSITIVE } from "./mapped_variables.ts";
import { pause } from "./pause.ts";

const interval = z.string().regex(/^[0-9]+(s|m|h)$/);

const tls = z.object({
  mode: z.enum(["disable", "require", "verify-ca", "verify-full"]).default("verify-full").meta({
    description:
      "verify-full checks the chain and the host name, verify-ca the chain, require only encrypts.",
  }),
  caRef: secretKeyRef.optional().meta({
    description: "PEM of the authority that signed the server's certificate.",
  }),
});

function server(port: number) {
  return z.object({
    host: z.string().min(1),
    port: int32({ min: 1, max: 65535 }).default(port),
    username: z.string().min(1),
    passwordRef: secretKeyRef.optional().meta({ description: "The password; read anew at every sync." }),
    database: z.string().min(1),
    table: z.string().min(1).meta({ description: "Table or view, optionally qualified: schema.table." }),
    tls: tls.optional(),
  });
}

const source = z.object({
  type: z.enum(["mysql", "postgres", "sqlite"]),
  syncInterval: interval.optional().meta({
    description: "How often the database is read: 30s, 5m, 1h. 30s where neither spelling is set.",
  }),
  connectTimeoutSeconds: int32({ min: 1, max: 300 }).default(10),
  queryTimeoutSeconds: int32({ min: 1, max: 3600 }).default(60),
  mysql: server(3306).optional(),
  postgres: server(5432).optional(),
  sqlite: z.object({
    path: z.string().min(1).meta({ description: "File of the database, readable by the operator." }),
    table: z.string().min(1),
  }).optional(),
}).meta({
  "x-kubernetes-validations": ["mysql", "postgres", "sqlite"].map((type) => ({
    rule: `self.type != '${type}' || has(self.${type})`,
    message: `source.${type} is required when source.type is ${type}`,
  })),
});

export const hubSpec = z.object({
  source,
  syncInterval: interval.optional().meta({
    description: "Another place for source.syncInterval, which wins.",
  }),
  valueMappings: z.object({
    uid: z.string().min(1).meta({ description: "Column that identifies a row; names the LynqNodes." }),
    activate: z.string().min(1).meta({
      description: "Column that switches a row on: 1, true, TRUE, True, yes, YES, Yes.",
    }),
    hostOrUrl: z.string().optional().meta({
      description: "Deprecated: map the column in extraValueMappings.",
    }),
    pause: z.string().min(1).optional().meta({
      description: "Column that pauses a row: its nodes stay as they are while it says yes.",
    }),
  }),
  deletionGuard: z.object({
    enabled: z.boolean().default(true),
    maxPercent: int32({ min: 0, max: 100 }).default(20).meta({
      description: "Share of the hub's rows that may go within ten minutes without approval.",
      format: "int32",
    }),
    minCount: int32({ min: 1 }).default(3).meta({
      description: "So many rows may go within ten minutes without approval, whatever their share.",
      format: "int32",
    }),
    protectForms: z.boolean().default(false).meta({
      description: "Nodes that go since their form was deleted are held likewise.",
    }),
  }).optional().meta({
    description:
      "Holds the deletions of rows that are gone or inactive when they are many, until a person approves them.",
  }),
  extraValueMappings: textMap.optional().meta({ description: "Template variable by column." }),
  sensitive: z.array(z.string().min(1).max(253)).max(64).optional().meta({
    description: "Variables of extraValueMappings whose values are kept in Secrets and shown nowhere.",
    "x-kubernetes-list-type": "set",
  }),
  serviceAccountName: accountName.optional().meta({
    description:
      "ServiceAccount of the hub's namespace that the resources of its nodes are written, read and " +
      "deleted as. The operator's own account unless told, or the one of --default-service-account.",
  }),
  ...pause,
}).meta({
  "x-kubernetes-validations": [{
    rule: "!has(self.sensitive) || self.sensitive.all(name, " +
      "has(self.extraValueMappings) && name in self.extraValueMappings)",
    message: "sensitive names variables of extraValueMappings",
  }, {
    rule: `!has(self.sensitive) || !self.sensitive.exists(name, name in [${
      NEVER_SENSITIVE.map((name) => `'${name}'`).join(", ")
    }])`,
    message: `sensitive names none of ${
      NEVER_SENSITIVE.join(", ")
    }: nodes are named by them, or all may know them`,
  }],
});

const marked = z.object({
  hash: z.string().meta({ description: "Over the sorted names of the nodes." }),
  marks: z.string().meta({ description: "Six characters a node, from its UID." }),
});

const ledger = z.object({
  went: z.array(z.object({ time: dateTime, rows: int32(), marks: z.string() })).optional().meta({
    description: "Nodes that went without approval within the ten minutes before the latest, and their rows.",
  }),
  held: marked.optional().meta({ description: "The nodes that stay until their deletion is approved." }),
  approved: marked.optional().meta({ description: "The nodes that may go since a person approved it." }),
});

export const hubStatus = z.object({
  observedGeneration: int64().optional(),
  referencingTemplates: int32().optional(),
  desired: int32().optional(),
  ready: int32().optional(),
  failed: int32().optional(),
  quarantined: int32().optional().meta({ description: "Rows that can't be provisioned as they are." }),
  quarantinedRows: z.array(z.object({
    uid: z.string(),
    reason: z.string(),
    message: z.string(),
  })).optional().meta({ description: "The first ten of them." }),
  source: z.string().optional().meta({
    description: "Hash of the host, port, database, table and uid column that the nodes were made from.",
  }),
  deletions: ledger.optional().meta({
    description: "What the deletion guard has to know after a restart. Written when rows go.",
  }),
  conditions,
});

export type HubSpec = z.infer<typeof hubSpec>;
export type HubStatus = z.infer<typeof hubStatus>;
export type DeletionLedger = z.infer<typeof ledger>;

/** Whether what the deletion of a form takes along is judged by the hub's guard. */
export function protectsForms({ deletionGuard: guard }: HubSpec): boolean {
  return guard?.protectForms === true && guard.enabled;
}

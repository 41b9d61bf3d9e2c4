import { z } from "zod";
import { formSpec, formStatus } from "./form.ts";
import { hubSpec, hubStatus } from "./hub.ts";
import { GROUP, VERSION } from "./labels.ts";
import { nodeSpec, nodeStatus } from "./node.ts";
import { structuralSchema } from "./structural_schema.ts";

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "date";
  readonly jsonPath: string;
  readonly priority?: number;
}

/** One of the three kinds, with all that its CustomResourceDefinition needs. */
export interface KindDefinition {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortName: string;
  readonly description: string;
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
  readonly columns: readonly PrinterColumn[];
}

const count = (name: string, field: string): PrinterColumn => ({
  name,
  type: "integer",
  jsonPath: `.status.${field}`,
});
const text = (name: string, jsonPath: string): PrinterColumn => ({ name, type: "string", jsonPath });
const conditionField = (type: string, field: string) => `.status.conditions[?(@.type=='${type}')].${field}`;
const age: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

/** The three kinds. Column order is that of the Go implementation. */
export const KINDS: readonly KindDefinition[] = [
  {
    kind: "LynqHub",
    plural: "lynqhubs",
    singular: "lynqhub",
    shortName: "lh",
    description: "A table of a database whose active rows become LynqNodes.",
    spec: hubSpec,
    status: hubStatus,
    columns: [
      count("Templates", "referencingTemplates"),
      count("Desired", "desired"),
      count("Ready", "ready"),
      count("Failed", "failed"),
      text("Conditions", conditionField("Ready", "reason")),
      age,
    ],
  },
  {
    kind: "LynqForm",
    plural: "lynqforms",
    singular: "lynqform",
    shortName: "lf",
    description: "Templates of the Kubernetes resources that each active row of a hub gets.",
    spec: formSpec,
    status: formStatus,
    columns: [
      text("Hub", ".spec.hubId"),
      count("Total", "totalNodes"),
      count("Ready", "readyNodes"),
      text("Rollout", ".status.rollout.phase"),
      count("Updating", "rollout.updatingNodes"),
      text("Applied", conditionField("Applied", "status")),
      { ...text("Progress", conditionField("Progressing", "reason")), priority: 1 },
      { ...text("Revision", ".status.currentRevision"), priority: 1 },
      age,
    ],
  },
  {
    kind: "LynqNode",
    plural: "lynqnodes",
    singular: "lynqnode",
    shortName: "ln",
    description: "One row times one form: the resources of one tenant.",
    spec: nodeSpec,
    status: nodeStatus,
    columns: [
      text("UID", ".spec.uid"),
      text("Form", ".spec.templateRef"),
      count("Ready", "readyResources"),
      count("Desired", "desiredResources"),
      count("Skipped", "skippedResources"),
      text("Conflicted", conditionField("Conflicted", "status")),
      text("Conditions", conditionField("Ready", "reason")),
      age,
    ],
  },
];

/** The CustomResourceDefinition of a kind, as an object. */
export function customResourceDefinition(kind: KindDefinition): Record<string, unknown> {
  const object = z.object({
    apiVersion: z.string().optional(),
    kind: z.string().optional(),
    metadata: z.object({}).optional(),
    spec: kind.spec.optional(),
    status: kind.status.optional(),
  });
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${kind.plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: "Namespaced",
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        shortNames: [kind.shortName],
        categories: ["lynq"],
      },
      versions: [{
        name: VERSION,
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: kind.columns,
        schema: { openAPIV3Schema: { description: kind.description, ...structuralSchema(object) } },
      }],
    },
  };
}

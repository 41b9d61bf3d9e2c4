import { z } from "zod";
import { ACCOUNT_NAME } from "./account.ts";

const LARGEST_INT32 = 2 ** 31 - 1;

/** An `int32` of a CRD; one with a range ends at its largest where the range names no end, which no format enforces. */
export function int32(range?: { min: number; max?: number }): z.ZodInt {
  const { min, max = LARGEST_INT32 } = range ?? {};
  const schema = min === undefined ? z.int() : z.int().min(min).max(max);
  return schema.meta({ format: "int32" });
}

/** An `int64` of a CRD. */
export function int64(): z.ZodInt {
  return z.int().meta({ format: "int64" });
}

/** RFC 3339. */
export const dateTime = z.string().meta({ format: "date-time" });

/** Text by text. */
export const textMap = z.record(z.string(), z.string());

/** A whole Kubernetes object, or a part of one, that the schema leaves open. */
export const openObject = z.looseObject({}).meta({ "x-kubernetes-preserve-unknown-fields": true });

/** One value of a Secret in the same namespace. */
export const secretKeyRef = z.object({
  name: z.string().min(1).meta({ description: "Name of the Secret, in the hub's namespace." }),
  key: z.string().min(1).meta({ description: "Key within the Secret's data." }),
});

/** Name of a ServiceAccount. */
export const accountName = z.string().min(1).max(253).regex(ACCOUNT_NAME);

/** metav1.Condition. */
export const condition = z.object({
  type: z.string().max(316),
  status: z.enum(["True", "False", "Unknown"]),
  reason: z.string().min(1).max(1024).regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/),
  message: z.string().max(32768),
  lastTransitionTime: dateTime,
  observedGeneration: int64().optional(),
});

export type Condition = z.infer<typeof condition>;

/** Conditions as a list map by type, so that several writers can own one each. */
export const conditions = z.array(condition).meta({
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["type"],
}).optional();

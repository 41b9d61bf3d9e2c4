import { parse, stringify } from "yaml";
import type { KubeObject, ManagedFieldsEntry } from "../../src/kube/object.ts";
import type { StatusObject } from "../../src/sandbox/field_management.ts";

/** A sequence of writes by several managers, and what kube-apiserver answered to each. */
export interface ApplyCase {
  readonly about: string;
  /** Installed before the first step. */
  readonly crd?: Readonly<Record<string, unknown>>;
  readonly steps: readonly ApplyStep[];
}

export interface ApplyStep {
  /** `put` sends the stored object with `body` merged over it (RFC 7386); the others send `body` as it is. */
  readonly do: "apply" | "create" | "put" | "merge" | "strategic";
  readonly manager: string;
  readonly force?: boolean;
  readonly subresource?: string;
  readonly body: KubeObject;
  readonly expect?: ApplyAnswer;
}

export type ApplyAnswer =
  /** `stored` is false where the write changed nothing. */
  | { readonly stored: boolean; readonly object: unknown }
  | { readonly refused: unknown };

/** Something that takes the writes: the sandbox's functions, or a server. */
export interface ApplyTarget {
  send(step: ApplyStep): Promise<{ object: KubeObject } | { status: StatusObject }>;
}

export const GOLDEN_APPLY = new URL("../golden/apply/", import.meta.url);

export async function loadApplyCases(): Promise<{ name: string; case: ApplyCase }[]> {
  const cases: { name: string; case: ApplyCase }[] = [];
  for await (const entry of Deno.readDir(GOLDEN_APPLY)) {
    if (!entry.name.endsWith(".yaml")) continue;
    const text = await Deno.readTextFile(new URL(entry.name, GOLDEN_APPLY));
    cases.push({ name: entry.name.replace(".yaml", ""), case: parse(text) });
  }
  return cases.sort((a, b) => a.name < b.name ? -1 : 1);
}

export async function saveApplyCase(name: string, applyCase: ApplyCase): Promise<void> {
  const text = stringify(applyCase, { lineWidth: 110, aliasDuplicateObjects: false });
  await Deno.writeTextFile(new URL(`${name}.yaml`, GOLDEN_APPLY), text);
}

/** Sends every step in turn; `pause` runs before each, so that each has a second of its own. */
export async function answersOf(
  applyCase: ApplyCase,
  target: ApplyTarget,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<ApplyAnswer[]> {
  const times = new Map<string, number>();
  const versions = new Map<string, string | undefined>();
  const answers: ApplyAnswer[] = [];
  for (const [index, step] of applyCase.steps.entries()) {
    await pause();
    const answer = await target.send(step);
    if ("status" in answer) {
      answers.push({ refused: refusalOf(answer.status) });
      continue;
    }
    const key = `${answer.object.kind}/${answer.object.metadata.name}`;
    const version = answer.object.metadata.resourceVersion;
    answers.push({
      stored: versions.get(key) !== version,
      object: comparable(answer.object, (time) => {
        if (!times.has(time)) times.set(time, index + 1);
        return `step ${times.get(time)}`;
      }),
    });
    versions.set(key, version);
  }
  return answers;
}

/** What is wrong with several fields, and conflicts of several managers, come in any order: they are sorted. */
function refusalOf({ code, reason, message, details }: StatusObject): unknown {
  const textOf = ({ field, message }: { field?: string; message: string }) => `${field} ${message}`;
  const causes = [...details?.causes ?? []].sort((a, b) => textOf(a) < textOf(b) ? -1 : 1);
  return {
    code,
    ...(reason === undefined ? {} : { reason }),
    message: reason === "Invalid" ? message.replace(/ is invalid: .*/s, " is invalid") : inOrder(message),
    ...(causes.length === 0 ? {} : { causes }),
  };
}

function inOrder(message: string): string {
  const [intro = "", ...problems] = message.split("\n  ");
  if (problems.length > 0) return [intro, ...problems.sort()].join("\n  ");
  const [count, ...blocks] = message.split(/(?:: |\n)(?=conflicts with )/);
  return [count, ...blocks.sort()].join("\n");
}

const GIVEN_BY_SERVER = ["uid", "resourceVersion", "creationTimestamp"];
const ADDRESSES = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"];

/** Without what differs between two servers; times are told by the step that set them. */
function comparable(object: KubeObject, stepOf: (time: string) => string): unknown {
  const metadata = Object.fromEntries(
    Object.entries(object.metadata).filter(([name]) => !GIVEN_BY_SERVER.includes(name)),
  );
  if (object.kind === "PersistentVolumeClaim") delete metadata["finalizers"];
  const managedFields = object.metadata.managedFields?.map((entry: ManagedFieldsEntry) => ({
    ...entry,
    ...(entry.time === undefined ? {} : { time: stepOf(entry.time) }),
  }));
  const spec = object.kind === "Service"
    ? {
      spec: Object.fromEntries(
        Object.entries(object["spec"] ?? {}).filter(([name]) => !ADDRESSES.includes(name)),
      ),
    }
    : {};
  return sorted({
    ...object,
    ...spec,
    metadata: { ...metadata, ...(managedFields === undefined ? {} : { managedFields }) },
  });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

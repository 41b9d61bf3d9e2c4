import type { ResourceRecord } from "../api/node.ts";
import { SENSITIVE_LOST, SENSITIVE_UNAVAILABLE } from "../api/sensitive.ts";
import type { StoredNode } from "../api/stored.ts";
import type { PreparedForm } from "./prepared_form.ts";

/** Reasons whose messages are the operator's own words, or had those of servers taken out before. */
const OWN_WORDS: ReadonlySet<string> = new Set([
  "ApplyFailed",
  "BeingDeleted",
  "CreatedOnce",
  "DependencySkipped",
  "DriftContended",
  "Drifted",
  "DuplicateObject",
  "FailedAndGone",
  "ImmutableField",
  "KindNotFound",
  "NamespaceMissing",
  "NamespaceNotAllowed",
  "NamespaceTerminating",
  "OutsideNamespaces",
  "Paused",
  "Recreating",
  "ResourceConflict",
  "SeedUnavailable",
  SENSITIVE_LOST,
  SENSITIVE_UNAVAILABLE,
  "TemplateRenderError",
  "Terminating",
  "Unreported",
  "WaitForFirstConsumer",
  "WaitingForDependency",
  "WaitingForDependents",
]);

/** Ids of the resources that hold sensitive values of this node. */
export function secretive({ resources }: PreparedForm, { spec }: StoredNode): ReadonlySet<string> {
  const names = Object.keys(spec.sensitive?.hashes ?? {});
  if (names.length === 0) return new Set();
  return new Set(resources.flatMap(({ id, uses }) => uses(names).kind === "none" ? [] : [id]));
}

/**
 * A record without what controllers and kubelets say of the object: they quote fields, and a sensitive value may be in
 * one.
 */
export function withoutForeignWords(
  record: ResourceRecord,
  { ids, redact }: { ids: ReadonlySet<string>; redact: (text: string) => string },
): ResourceRecord {
  const { id, reason, message } = record;
  if (message === undefined) return record;
  if (!ids.has(id) || (reason !== undefined && OWN_WORDS.has(reason))) {
    return { ...record, message: redact(message) };
  }
  return {
    ...record,
    message:
      "what is said of the object is withheld, since it may quote a sensitive value: kubectl describe tells it",
  };
}

import type { Chance } from "../support/fault_random.ts";
import { COLUMNS } from "./seed_fleet.ts";

/** One of a list. */
export function pick<T>(chance: Chance, list: readonly T[]): T {
  if (list.length === 0) throw new Error("nothing to pick from");
  return list[Math.floor(chance() * list.length)] as T;
}

/** Whether something of this likelihood happens. */
export function happens(chance: Chance, likelihood: number): boolean {
  return chance() < likelihood;
}

/** Texts with and without templates that render to names in most cases. */
const NAMES = [
  "{{ .uid }}-other",
  "{{ .uid }}-{{ .plan }}",
  "{{ .uid | trunc63 }}",
  "{{ .uid }}-base",
  "{{ .uid }}-settings",
  '{{ printf "%s-x" .uid }}',
  '{{ .uid | replace "a" "z" }}',
];

const ODD_TEXTS = [
  "",
  " ",
  "same-for-all",
  "UPPER Case",
  "../x",
  "東京 🚀",
  "a\nb: c",
  "x".repeat(64),
  "y".repeat(254),
  "z".repeat(20_000),
  "null",
  "&anchor *alias",
  "__proto__",
];

const TEMPLATES = [
  "{{ .plan }}",
  "{{ .note }}",
  '{{ .plan | default "none" | quote }}',
  '{{ if eq .plan "pro" }}yes{{ else }}no{{ end }}',
  "{{ .replicas | int }}",
  "{{ .uid | sha256sum | trunc 10 }}",
  "{{ range $i := until 3 }}{{ $i }}{{ end }}",
  '{{ toJson (dict "a" .uid) }}',
  "{{ randAlphaNum 8 }}",
];

const BROKEN_TEMPLATES = [
  "{{ .nope }}",
  "{{ .uid",
  "{{ nosuch .uid }}",
  "{{ end }}",
  '{{ fail "no" }}',
  "{{ .plan | int }}",
  "{{ bool .plan }}",
  "{{ index .uid 99 }}",
  "{{ range until 100000000 }}x{{ end }}",
  '{{ template "none" . }}',
];

function templateText(chance: Chance): string {
  const kind = chance();
  return pick(
    chance,
    kind < 0.45 ? TEMPLATES : kind < 0.7 ? NAMES : kind < 0.85 ? ODD_TEXTS : BROKEN_TEMPLATES,
  );
}

type Pool = (chance: Chance, place: { readonly namespace: string; readonly beside: string }) => string;

const column: Pool = (chance) =>
  happens(chance, 0.7)
    ? pick(chance, COLUMNS)
    : pick(chance, ["nope", "id; DROP TABLE tenants", 'a`b"c', "ID"]);

const namespaceText: Pool = (chance, { namespace, beside }) =>
  pick(chance, [namespace, beside, beside, "{{ .uid }}-nowhere", "Not A Name", "{{ .nope }}", ""]);

/** Fields whose texts mean something, by their last name. */
const BY_NAME: Readonly<Record<string, Pool>> = {
  uid: column,
  activate: column,
  pause: column,
  hostOrUrl: column,
  extraValueMappings: column,
  sensitive: (chance) => pick(chance, ["replicas", "replicas", "note", "plan", "x", "uid", "none"]),
  table: (chance) =>
    pick(chance, ["tenants_view", "empty_tenants", "missing", "tenants; DROP TABLE tenants", "main.tenants"]),
  path: (chance) => pick(chance, ["/nowhere/rows.db", "/etc/passwd", "rows.db", ""]),
  host: (chance) => pick(chance, ["127.0.0.1", "no.such.host.invalid", "::1", ""]),
  hubId: (chance) => pick(chance, ["rows", "missing", "Rows"]),
  targetNamespace: namespaceText,
  namespaceTemplate: namespaceText,
  nameTemplate: (chance) => happens(chance, 0.7) ? pick(chance, NAMES) : templateText(chance),
  dependIds: (chance) => pick(chance, ["base", "key", "app", "settings", "kept", "missing", "", "added"]),
  includeWhen: (chance) =>
    pick(chance, [
      "true",
      "false",
      '{{ eq .plan "pro" }}',
      '{{ ne .plan "pro" }}',
      "maybe",
      "{{ .plan }}",
      "{{ .nope }}",
    ]),
  readyWhen: (chance) =>
    pick(chance, [
      "true",
      "false",
      "has(object.metadata.name)",
      "object.metadata.?labels[?'plan'].orValue('') == 'pro'",
      "object.spec.nope == 1",
      "1 + 1",
      "((",
      `object.metadata.name == '${"x".repeat(5000)}'`,
    ]),
  ignoreFields: (chance) =>
    pick(chance, [
      "$.data.plan",
      "$.spec.replicas",
      "$.spec.template.spec.containers[*].image",
      "nonsense[",
      "$",
    ]),
  revision: (chance) => pick(chance, ["1", "2", "999", "web-none", "-1"]),
  label: (chance) => pick(chance, ["plan", "lynq.sh/uid", "none"]),
  value: (chance) => pick(chance, ["plan", "uid", "none"]),
  first: (chance) => pick(chance, ["pro", "basic", "none"]),
  id: (chance) =>
    pick(chance, ["added", "base", "app", "settings", "kept", "renamed", "with space", "x".repeat(254)]),
};

/** A text for a field of this name, likely or not. */
export function textFor(
  chance: Chance,
  of: { readonly field: string; readonly namespace: string; readonly beside: string },
): string {
  if (happens(chance, 0.06)) return pick(chance, ODD_TEXTS);
  return (BY_NAME[of.field] ?? templateText)(chance, of);
}

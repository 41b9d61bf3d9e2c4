import type { HubSpec } from "../api/hub.ts";
import type { RowVerdict } from "../api/row.ts";
import { compareText } from "../kube/compare_text.ts";
import type { ColumnMapping, RawRow } from "../source/port.ts";

/** The whole set of a yes (compat.md 3.6); nothing is trimmed. */
const TRUE = new Set(["1", "true", "TRUE", "True", "yes", "YES", "Yes"]);
const FALSE = new Set(["", "0", "false", "FALSE", "False", "no", "NO", "No", "off", "OFF", "Off"]);

const UID_LIMIT = 63;
const UID = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Variables that can't be told from the row's own by name. */
const UID_VARIABLE = "uid";
const ACTIVATE_VARIABLE = "activate";

/** Keys that no extra variable can have: a line break is in no YAML key that the schema lets through. */
const UID_KEY = "\nuid";
const ACTIVATE_KEY = "\nactivate";
const PAUSE_KEY = "\npause";
const OWN_KEYS: readonly string[] = [UID_KEY, ACTIVATE_KEY, PAUSE_KEY];

/** The columns to read: uid, hostOrUrl, activate, pause, then the extras by name. */
export function columnsOf(spec: HubSpec): ColumnMapping[] {
  const { uid, activate, hostOrUrl, pause } = spec.valueMappings;
  const extras = Object.entries(spec.extraValueMappings ?? {}).sort(([a], [b]) => compareText(a, b));
  return [
    { variable: UID_KEY, column: uid, field: "valueMappings.uid" },
    ...(hostOrUrl ? [{ variable: "hostOrUrl", column: hostOrUrl, field: "valueMappings.hostOrUrl" }] : []),
    { variable: ACTIVATE_KEY, column: activate, field: "valueMappings.activate" },
    ...(pause ? [{ variable: PAUSE_KEY, column: pause, field: "valueMappings.pause" }] : []),
    ...extras.map(([variable, column]) => ({ variable, column, field: `extraValueMappings.${variable}` })),
  ];
}

/**
 * Reads one row's meaning. A no in `activate` wins over a pause: what is paused may still be deleted. A cell without text
 * matters where the row is to be followed. Extra variables named uid or activate override the row's own in templates only.
 */
export function judgeRow(raw: RawRow): RowVerdict {
  const { [UID_KEY]: uid = "", [ACTIVATE_KEY]: activate = "", [PAUSE_KEY]: pause = "" } = raw;
  if (typeof uid !== "string") return { kind: "quarantined", uid: "", shape: uid.problem };
  if (uid.length > UID_LIMIT || !UID.test(uid)) return { kind: "quarantined", uid, shape: shapeOf(uid) };
  if (typeof activate !== "string") return { kind: "unusable", uid, ...activate };
  if (FALSE.has(activate)) return { kind: "inactive", uid };
  if (!TRUE.has(activate)) return { kind: "unknown", uid, column: "activate" };
  if (typeof pause !== "string") return { kind: "unusable", uid, ...pause };
  if (!TRUE.has(pause) && !FALSE.has(pause)) return { kind: "unknown", uid, column: "pause" };
  const values: [string, string][] = [];
  for (const [variable, cell] of Object.entries(raw)) {
    if (OWN_KEYS.includes(variable)) continue;
    if (typeof cell !== "string") return { kind: "unusable", uid, ...cell };
    if (variable !== UID_VARIABLE || cell !== uid) values.push([variable, cell]);
  }
  const row = { uid, values: Object.fromEntries([[ACTIVATE_VARIABLE, activate], ...values]) };
  return { kind: TRUE.has(pause) ? "paused" : "active", row };
}

/** What is wrong with a uid, without its text. */
function shapeOf(uid: string): string {
  if (uid === "") return "it is empty or NULL";
  if (uid.length > UID_LIMIT) return `it has ${uid.length} characters, more than ${UID_LIMIT}`;
  if (/[A-Z]/.test(uid)) return "it has upper-case letters";
  if (/[^\x20-\x7e]/.test(uid)) return "it has characters outside ASCII";
  return "it has characters other than a-z, 0-9, '-' and '.', or does not start and end with a letter or digit";
}

import zoneData from "./zone_data.json" with { type: "json" };
import { parseZoneRule, zoneByRule, type ZoneRule, type ZoneType } from "./go_zone_rule.ts";

/**
 * A time zone as Go's `time.Location` knows it. The data are those that Go ships (IANA, with the names and
 * abbreviations that `MST` in a layout prints), so nothing depends on the machine's own zone files.
 */
export interface Location {
  readonly name: string;
  readonly types: readonly ZoneType[];
  /** Unix seconds at which `type` (an index of `types`) comes into force, ascending. */
  readonly moves: readonly { at: number; type: number }[];
  readonly rule?: ZoneRule;
}

const utcType: ZoneType = { offset: 0, isDst: false, name: "UTC" };

export const utc: Location = { name: "UTC", types: [utcType], moves: [] };

/** A zone with one offset (seconds east of UTC) at all times; an empty `abbreviation` prints as the offset. */
export function fixedZone(abbreviation: string, offset: number): Location {
  return { name: abbreviation, types: [{ offset, isDst: false, name: abbreviation }], moves: [] };
}

const entryOfName: ReadonlyMap<string, number> = new Map(
  zoneData.names.split("\n").flatMap((names, line) => names.split(" ").map((name) => [name, line] as const)),
);
const lines: readonly string[] = zoneData.data.split("\n");

function readZone(name: string, text: string): Location {
  const [types = "", moves = "", rule = ""] = text.split(";");
  let at = 0;
  const readMoves = moves === "" ? [] : moves.split(" ").map((move) => {
    const [delta = "0", type = "0"] = move.split(".");
    at += parseInt(delta, 36);
    return { at, type: parseInt(type, 36) };
  });
  const readTypes = types.split("|").map((type) => {
    const [, offset = "0", mark = "s", abbreviation = ""] = /^(-?\d+)([ds])(.*)$/.exec(type) ?? [];
    return { offset: Number(offset), isDst: mark === "d", name: abbreviation };
  });
  const parsed = parseZoneRule(rule);
  return { name, types: readTypes, moves: readMoves, ...(parsed === undefined ? {} : { rule: parsed }) };
}

/**
 * Go's `time.LoadLocation`; undefined for an unknown zone. `local` is the IANA name of the zone that the name
 * `Local` stands for (UTC if the data don't know it).
 */
export function loadLocation(name: string, local: string): Location | undefined {
  if (name === "" || name === "UTC") return utc;
  if (name === "Local") return localZone(local);
  const entry = entryOfName.get(name);
  const text = entry === undefined ? undefined : lines[entry];
  return text === undefined ? undefined : readZone(name, text);
}

/** The zone that Go calls Local: the zone of that IANA name, called `Local` unless it is UTC. */
export function localZone(name: string): Location {
  const zone = name === "Local" ? utc : loadLocation(name, name) ?? utc;
  return zone === utc ? utc : { ...zone, name: "Local" };
}

/** The kind of local time before the first transition, by the choice of the reference implementation. */
function firstType(zone: Location): ZoneType {
  const first = zone.types[0] ?? utcType;
  if (!zone.moves.some((move) => move.type === 0)) return first;
  const start = zone.moves[0]?.type ?? 0;
  if (zone.types[start]?.isDst === true) {
    const earlier = zone.types.slice(0, start).findLast((type) => !type.isDst);
    if (earlier !== undefined) return earlier;
  }
  return zone.types.find((type) => !type.isDst) ?? first;
}

/** The kind of local time in force at `unix` seconds. */
export function zoneAt(zone: Location, unix: number): ZoneType {
  const { moves, rule } = zone;
  if (moves.length === 0) return rule === undefined ? zone.types[0] ?? utcType : zoneByRule(rule, unix);
  if (unix < (moves[0]?.at ?? 0)) return firstType(zone);
  let low = 0;
  let high = moves.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (unix < (moves[middle]?.at ?? Infinity)) high = middle;
    else low = middle;
  }
  if (low === moves.length - 1 && rule !== undefined) return zoneByRule(rule, unix);
  return zone.types[moves[low]?.type ?? 0] ?? utcType;
}

/** The offset that an abbreviation means in a zone, preferring one in force at the local time `unix`. */
export function offsetOfName(zone: Location, options: { name: string; unix: number }): number | undefined {
  const named = zone.types.filter((type) => type.name === options.name);
  const inForce = named.find((type) => zoneAt(zone, options.unix - type.offset).name === options.name);
  if (inForce !== undefined) return zoneAt(zone, options.unix - inForce.offset).offset;
  return named[0]?.offset;
}

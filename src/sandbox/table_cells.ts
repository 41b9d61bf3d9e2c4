import { compareText } from "../kube/compare_text.ts";
import { listAt, textAt, textsAt } from "./json.ts";

/** A duration as kubectl prints ages: `5s`, `3m10s`, `2h5m`, `3d4h`, `2y10d`. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return pair(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return pair(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return pair(days, "d", hours % 24, "h");
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? pair(years, "y", days % 365, "d") : `${years}y`;
}

function pair(...[large, largeUnit, small, smallUnit]: readonly [number, string, number, string]): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}

/** The age since an RFC 3339 time, `<unknown>` where there is none. */
export function ageOf(timestamp: string | undefined, now: Date): string {
  if (timestamp === undefined || timestamp === "") return "<unknown>";
  return humanDuration(now.getTime() - Date.parse(timestamp));
}

export function containerNames(template: unknown): string {
  return listAt(template, "spec", "containers").map((container) => textAt(container, "name")).join(",");
}

export function containerImages(template: unknown): string {
  return listAt(template, "spec", "containers").map((container) => textAt(container, "image")).join(",");
}

/** A map of labels as `a=b,c=d`, or `<none>`. */
export function labelText(value: unknown, ...path: readonly string[]): string {
  const entries = Object.entries(textsAt(value, ...path)).sort(([left], [right]) => compareText(left, right));
  return entries.length === 0 ? "<none>" : entries.map(([key, text]) => `${key}=${text}`).join(",");
}

/** `metav1.LabelSelector` as `a=b,c in (d,e)`. */
export function selectorText(selector: unknown): string {
  const labels = labelText(selector, "matchLabels");
  const expressions = listAt(selector, "matchExpressions").map((expression) => {
    const key = textAt(expression, "key");
    const values = listAt(expression, "values").map(String).join(",");
    switch (textAt(expression, "operator")) {
      case "In":
        return `${key} in (${values})`;
      case "NotIn":
        return `${key} notin (${values})`;
      case "Exists":
        return key;
      default:
        return `!${key}`;
    }
  });
  const parts = [...(labels === "<none>" ? [] : [labels]), ...expressions];
  return parts.length === 0 ? "<none>" : parts.join(",");
}

export function orNone(text: string): string {
  return text === "" ? "<none>" : text;
}

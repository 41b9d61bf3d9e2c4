/** One line for people: time, LEVEL, logger, message and the other fields as JSON, separated by tabs. The stack follows. */
export function consoleLine(entry: Record<string, unknown>): string {
  const { level, ts, logger, msg, stacktrace, ...fields } = entry;
  const columns = [String(ts), String(level).toUpperCase(), logger, msg]
    .filter((column): column is string => typeof column === "string");
  if (Object.keys(fields).length > 0) columns.push(JSON.stringify(fields));
  const line = columns.join("\t");
  return typeof stacktrace === "string" ? `${line}\n${stacktrace}` : line;
}

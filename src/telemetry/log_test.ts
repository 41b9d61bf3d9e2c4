import assert from "node:assert/strict";
import { createLog, type Log, type LogOptions, PRODUCTION_LOG } from "./log.ts";
import { LogFlagError, parseLogOptions } from "./log_options.ts";
import { reconcileFields } from "./reconcile_fields.ts";

const AT = new Date("2026-03-01T10:20:30.456Z");

function logTo(lines: string[], options: Partial<LogOptions> = {}): Log {
  return createLog({ ...PRODUCTION_LOG, now: () => AT, write: (line) => lines.push(line), ...options });
}

Deno.test("a line is one JSON object with level, ts, logger, msg and the fields, in this order", () => {
  const lines: string[] = [];
  const log = logTo(lines).with({ logger: "controller-runtime" }).with({ logger: "metrics" });
  log.info("Starting metrics server", { bindAddress: ":8443", secure: true });
  assert.deepEqual(lines, [
    '{"level":"info","ts":"2026-03-01T10:20:30.456Z","logger":"controller-runtime.metrics","msg":"Starting metrics server","bindAddress":":8443","secure":true}\n',
  ]);
});

Deno.test("the lines of a reconcile carry what controller-runtime's carry", () => {
  const lines: string[] = [];
  const fields = reconcileFields({
    controller: "lynqnode",
    group: "operator.lynq.sh",
    kind: "LynqNode",
    namespace: "apps",
    name: "acme-web",
    reconcileID: "8a6c",
  });
  logTo(lines).with(fields).error("Failed to apply resource", { id: "web", error: new Error("boom") });
  const { stacktrace, ...line } = JSON.parse(lines[0] ?? "");
  assert.deepEqual(line, {
    level: "error",
    ts: "2026-03-01T10:20:30.456Z",
    msg: "Failed to apply resource",
    controller: "lynqnode",
    controllerGroup: "operator.lynq.sh",
    controllerKind: "LynqNode",
    LynqNode: { name: "acme-web", namespace: "apps" },
    namespace: "apps",
    name: "acme-web",
    reconcileID: "8a6c",
    id: "web",
    error: "boom",
  });
  assert.match(stacktrace, /^Error: boom\n {4}at /);
});

Deno.test("secrets in fields, in bound fields, in the message and in errors are not written", () => {
  const lines: string[] = [];
  const log = logTo(lines).with({ token: "canary-1", Secret: { stringData: { a: "canary-2" } } });
  log.error("opening mysql://root:canary-3@db failed", {
    object: { data: { password: "canary-4" } },
    error: new Error("password=canary-5", { cause: new Error("Bearer canary-6-long") }),
  });
  const line = lines.join("");
  assert.ok(!line.includes("canary"), line);
  assert.equal(JSON.parse(line).object.data, "[redacted]");
});

Deno.test("a level hides what is below it, also in logs made with it", () => {
  const count = (level: LogOptions["level"]) => {
    const lines: string[] = [];
    const log = logTo(lines, { level });
    for (const each of [log, log.with({ a: 1 })]) {
      each.debug("d");
      each.info("i");
      each.error("e");
    }
    return lines.map((line) => JSON.parse(line).level);
  };
  assert.deepEqual(count("debug"), ["debug", "info", "error", "debug", "info", "error"]);
  assert.deepEqual(count("info"), ["info", "error", "info", "error"]);
  assert.deepEqual(count("error"), ["error", "error"]);
  assert.deepEqual(count("silent"), []);
});

Deno.test("a field may not stand in for the line's own level, ts and msg, nor a message for a format", () => {
  const lines: string[] = [];
  logTo(lines).info("100% of %s\nnext", { level: "error", msg: "other", ts: 0 });
  assert.deepEqual(JSON.parse(lines[0] ?? ""), {
    level: "info",
    ts: "2026-03-01T10:20:30.456Z",
    msg: "100% of %s\nnext",
    level_: "error",
    msg_: "other",
    ts_: 0,
  });
  assert.equal(lines[0]?.split("\n").length, 2);
});

Deno.test("the console encoder writes tab-separated columns", () => {
  const lines: string[] = [];
  const log = logTo(lines, { encoder: "console", stacktraceLevel: "none" });
  log.with({ logger: "hub" }).error("Failed to query database", { error: "refused", hub: "crm" });
  assert.deepEqual(lines, [
    '2026-03-01T10:20:30.456Z\tERROR\thub\tFailed to query database\t{"error":"refused","hub":"crm"}\n',
  ]);
});

Deno.test("the logging flags mean what they mean to controller-runtime", () => {
  assert.deepEqual(parseLogOptions({}), PRODUCTION_LOG);
  assert.deepEqual(parseLogOptions({ zapDevel: true }), {
    ...PRODUCTION_LOG,
    level: "debug",
    encoder: "console",
  });
  assert.equal(parseLogOptions({ zapDevel: true, zapLogLevel: "ERROR" }).level, "error");
  assert.equal(parseLogOptions({ zapLogLevel: "5" }).level, "debug");
  assert.equal(parseLogOptions({ zapLogLevel: "panic" }).level, "silent");
  assert.equal(parseLogOptions({ zapStacktraceLevel: "panic" }).stacktraceLevel, "none");
  assert.equal(parseLogOptions({ zapTimeEncoding: "iso8601" }).timeEncoding, "rfc3339");
  for (
    const flags of [
      { zapLogLevel: "loud" },
      { zapLogLevel: "0" },
      { zapEncoder: "xml" },
      { zapStacktraceLevel: "1" },
      { zapTimeEncoding: "unix" },
    ]
  ) {
    assert.throws(() => parseLogOptions(flags), LogFlagError);
  }
});

Deno.test("the log and the metrics need no permission at all", async () => {
  const program = `
    import { createLog } from ${JSON.stringify(new URL("./log.ts", import.meta.url).href)};
    import { createMetrics } from ${JSON.stringify(new URL("./prometheus.ts", import.meta.url).href)};
    const metrics = createMetrics();
    metrics.hubStatus({ namespace: "n", name: "h" }, { desired: 1, ready: 1, failed: 0 });
    const text = await metrics.render();
    createLog().info("alive", { residentMemory: text.includes("process_resident_memory_bytes ") });
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "--cached-only", "--no-remote", "-"],
    cwd: new URL("../..", import.meta.url),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(program));
  await input.close();
  const { code, stdout, stderr } = await child.output();
  const lines = new TextDecoder().decode(stderr);
  assert.equal(code, 0, lines);
  assert.equal(new TextDecoder().decode(stdout), "");
  const { level, msg, residentMemory } = JSON.parse(lines);
  assert.deepEqual({ level, msg, residentMemory }, { level: "info", msg: "alive", residentMemory: true });
});

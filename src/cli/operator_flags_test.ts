import assert from "node:assert/strict";
import { Command, CommanderError } from "commander";
import { operatorOptions, withDoubleDashes, withOperatorFlags } from "./operator_flags.ts";

function read(...args: string[]) {
  const command = withOperatorFlags(new Command()).exitOverride().configureOutput({ writeErr: () => {} });
  command.parse(withDoubleDashes(args), { from: "user" });
  return operatorOptions(command);
}

Deno.test("without flags the defaults are those of the Go implementation", () => {
  const options = read();
  assert.deepEqual([options.hubConcurrency, options.formConcurrency, options.nodeConcurrency], [3, 5, 10]);
  assert.deepEqual([options.metricsBindAddress, options.metricsSecure, options.healthProbeBindAddress], [
    "0",
    true,
    ":8081",
  ]);
  assert.deepEqual([options.leaderElect, options.zapDevel], [false, false]);
  assert.deepEqual([options.sourceHosts, options.sourcePaths], [[], []]);
});

Deno.test("the rate of requests is off unless told, and takes parts of one", () => {
  assert.deepEqual([read().kubeApiQps, read().kubeApiBurst], [0, 0]);
  const { kubeApiQps, kubeApiBurst } = read("--kube-api-qps=2.5", "--kube-api-burst", "10");
  assert.deepEqual([kubeApiQps, kubeApiBurst], [2.5, 10]);
  assert.throws(() => read("--kube-api-qps=-1"), CommanderError);
  assert.throws(() => read("--kube-api-burst=many"), CommanderError);
});

Deno.test("a boolean flag stands alone or with its value", () => {
  assert.equal(read("--leader-elect").leaderElect, true);
  assert.equal(read("--leader-elect=false").leaderElect, false);
  assert.equal(read("--metrics-secure=false").metricsSecure, false);
  assert.equal(read("--metrics-secure=0").metricsSecure, false);
});

Deno.test("one dash is as good as two, as in Go", () => {
  assert.deepEqual(withDoubleDashes(["-leader-elect", "-zap-log-level=debug", "--x", "-h", "a-b", "-1"]), [
    "--leader-elect",
    "--zap-log-level=debug",
    "--x",
    "-h",
    "a-b",
    "-1",
  ]);
  assert.equal(read("-node-concurrency=4").nodeConcurrency, 4);
});

Deno.test("lists are split at commas, and * lifts the limit on hosts", () => {
  assert.deepEqual(read("--source-hosts=db:3306, other").sourceHosts, ["db:3306", "other"]);
  assert.deepEqual(read("--source-hosts=*").sourceHosts, ["*"]);
  assert.deepEqual(read("--source-paths=/data,/more").sourcePaths, ["/data", "/more"]);
});

Deno.test("where resources may be is a list of names and patterns, whose rights they have one account", () => {
  assert.deepEqual([read().targetNamespaces, read().defaultServiceAccount], [undefined, undefined]);
  assert.deepEqual(read("--target-namespaces=team-a, tenant-*,*").targetNamespaces, [
    "team-a",
    "tenant-*",
    "*",
  ]);
  for (const wrong of ["Team", "a_b", "", ",", "-a", "a/b"]) {
    assert.throws(() => read(`--target-namespaces=${wrong}`), CommanderError, wrong);
  }
  assert.equal(read("--default-service-account=tenant").defaultServiceAccount, "tenant");
  for (const wrong of ["", "Tenant", "a b", "a:b", "a".repeat(254)]) {
    assert.throws(() => read(`--default-service-account=${wrong}`), CommanderError, wrong);
  }
});

Deno.test("flags of the webhooks that are no more are still accepted", () => {
  assert.equal(
    read("--webhook-cert-path=/tmp/x", "--enable-http2=false", "--webhook-cert-key=k").nodeConcurrency,
    10,
  );
});

Deno.test("namespaces are names by commas, each once, and none is no restriction", () => {
  assert.deepEqual(read("--namespaces=team-a, team-b,team-a").namespaces, ["team-a", "team-b"]);
  assert.equal(read().namespaces, undefined);
});

Deno.test("a value that can't be is refused with the flag's name", () => {
  for (
    const arg of [
      "--node-concurrency=0",
      "--hub-concurrency=1.5",
      "--leader-elect=maybe",
      "--namespaces=Team",
      "--namespaces=,",
      "--nope",
    ]
  ) {
    assert.throws(() => read(arg), (error) => {
      assert(error instanceof CommanderError);
      assert(error.message.includes(arg.split("=")[0] ?? ""), error.message);
      return true;
    });
  }
});

Deno.test("the times of a lease are Go durations, and what would let two write at once is refused", () => {
  assert.equal(read("--leader-elect", "--shards=64").shards, 64);
  const options = read("--leader-elect-lease-duration=1m30s", "--leader-elect-retry-period=500ms");
  assert.deepEqual(
    [options.leaderElectLeaseDuration, options.leaderElectRenewDeadline, options.leaderElectRetryPeriod],
    [90, 10, 0.5],
  );
  for (
    const args of [
      ["--shards=4"],
      ["--leader-elect", "--shards=65"],
      ["--leader-elect", "--shards=0"],
      ["--leader-elect-lease-duration=10s"],
      ["--leader-elect-renew-deadline=2s"],
      ["--leader-elect-retry-period=0s"],
      ["--leader-elect-retry-period=2"],
    ]
  ) assert.throws(() => read(...args), CommanderError, args.join());
});

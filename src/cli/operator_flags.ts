import { Command, InvalidArgumentError, Option } from "commander";
import { BUCKETS } from "../api/labels.ts";
import { ACCOUNT_NAME } from "../api/account.ts";
import type { OperatorOptions } from "../operator/options.ts";

/** Adds the operator's flags, with the names and defaults of the Go implementation. */
export function withOperatorFlags(command: Command): Command {
  return withLogFlags(withReachFlags(withServerFlags(command)));
}

function withServerFlags(command: Command): Command {
  return command
    .option(
      "--kubeconfig <path>",
      "kubeconfig file; $KUBECONFIG, the pod's account, or ~/.kube/config unless told",
    )
    .option("--context <name>", "context of the kubeconfig; its current one unless told")
    .option("--hub-concurrency <n>", "hubs reconciled at once", count, 3)
    .option("--form-concurrency <n>", "forms reconciled at once", count, 5)
    .option("--node-concurrency <n>", "nodes reconciled at once", count, 10)
    .option("--write-concurrency <n>", "most writes under way at once; fewer as the server bears", count, 32)
    .option("--kube-api-qps <n>", "requests a second to the API server at most; 0 is what it bears", rate, 0)
    .option("--kube-api-burst <n>", "requests at once after a pause; 0 is twice --kube-api-qps", rate, 0)
    .option(
      "--source-hosts <hosts>",
      "databases that hubs may read, host or host:port, by commas; '*' is any that is not on this machine",
      hosts,
    )
    .option("--source-paths <paths>", "folders and files that SQLite hubs may read, by commas", list)
    .option("--metrics-bind-address <address>", "where /metrics is served, ':8443'; '0' is off", "0")
    .option("--metrics-secure [boolean]", "serve metrics over TLS to authorized accounts only", truth, true)
    .option("--metrics-cert-path <folder>", "folder of the metrics certificate; self-signed unless told", "")
    .option("--metrics-cert-name <file>", "certificate file in that folder", "tls.crt")
    .option("--metrics-cert-key <file>", "key file in that folder", "tls.key")
    .option(
      "--health-probe-bind-address <address>",
      "where /healthz and /readyz are served; '0' is off",
      ":8081",
    )
    .option(
      "--dashboard-bind-address <address>",
      "where the status page is served; '0' is off",
      "127.0.0.1:8082",
    )
    .option("--leader-elect [boolean]", "work only while holding the lease f2130106.lynq.sh", truth, false)
    .option("--leader-election-namespace <name>", "namespace of that lease; the operator's own unless told")
    .option("--leader-elect-lease-duration <time>", "how long a lease lives without renewal", seconds, 15)
    .option("--leader-elect-renew-deadline <time>", "how long its holder tries to renew it", seconds, 10)
    .option("--leader-elect-retry-period <time>", "time between two tries", seconds, 2)
    .option("--shards <n>", "parts of the nodes that replicas share evenly, 1 to 64", shards, 1);
}

/** What it works in, and with whose rights. */
function withReachFlags(command: Command): Command {
  return command
    .option("--namespaces <names>", "keep to these namespaces, by commas; all unless told", namespaces)
    .option(
      "--target-namespaces <patterns>",
      "where resources may be, 'team-a,tenant-*'; '*' is anywhere; all but kube-* " +
        "unless told",
      patterns,
    )
    .option(
      "--default-service-account <name>",
      "ServiceAccount that resources are written as where their hub names none; the operator's own unless told",
      account,
    );
}

function withLogFlags(command: Command): Command {
  return command
    .option("--zap-devel [boolean]", "logs for people: console, debug", truth, false)
    .option("--zap-encoder <encoder>", "json or console")
    .option("--zap-log-level <level>", "debug, info, error, panic, or a number")
    .option("--zap-stacktrace-level <level>", "info, error or panic")
    .option("--zap-time-encoding <encoding>", "epoch, millis, nano, iso8601, rfc3339 or rfc3339nano")
    .addOption(
      new Option("--enable-http2 [boolean]", "accepted for compatibility; HTTP/2 is for watches").hideHelp(),
    )
    .addOption(
      new Option("--webhook-cert-path <folder>", "accepted for compatibility; there are no webhooks")
        .hideHelp(),
    )
    .addOption(new Option("--webhook-cert-name <file>", "accepted for compatibility").hideHelp())
    .addOption(new Option("--webhook-cert-key <file>", "accepted for compatibility").hideHelp());
}

type Flags = {
  readonly [K in keyof OperatorOptions]?: OperatorOptions[K] extends readonly string[] | undefined ? string[]
    : OperatorOptions[K];
};

/** The flags as options; lists that were not given are empty. Ends the command where they contradict each other. */
export function operatorOptions(command: Command): OperatorOptions {
  const flags = command.opts<Required<Flags>>();
  const problem = contradiction(flags);
  if (problem !== undefined) command.error(`error: ${problem}`);
  const sourceHosts: readonly string[] = flags.sourceHosts ?? [];
  return {
    ...flags,
    sourceHosts,
    sourcePaths: flags.sourcePaths ?? [],
  };
}

/** Go's flag package takes `-flag` as well as `--flag`. */
export function withDoubleDashes(args: readonly string[]): string[] {
  return args.map((arg) => /^-[a-z][a-z0-9-]+(=|$)/.test(arg) ? `-${arg}` : arg);
}

/** client-go's rule is that a deadline holds more than one try, jitter included. */
const JITTER = 1.2;

function contradiction(flags: Required<Flags>): string | undefined {
  const { leaderElect, shards } = flags;
  const { leaderElectLeaseDuration, leaderElectRenewDeadline, leaderElectRetryPeriod } = flags;
  if (leaderElectLeaseDuration <= leaderElectRenewDeadline) {
    return "--leader-elect-lease-duration must be longer than --leader-elect-renew-deadline, " +
      "so that a holder gives up before another may take the lease";
  }
  if (leaderElectRenewDeadline <= leaderElectRetryPeriod * JITTER) {
    return `--leader-elect-renew-deadline must be longer than ${JITTER} times --leader-elect-retry-period`;
  }
  if (shards > 1 && !leaderElect) return "--shards above 1 needs --leader-elect: one replica plans for all";
  return undefined;
}

const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function namespaces(text: string): string[] {
  const names = [...new Set(list(text))];
  const wrong = names.find((name) => !NAMESPACE.test(name));
  if (wrong !== undefined) throw new InvalidArgumentError(`${JSON.stringify(wrong)} can't name a namespace`);
  if (names.length === 0) throw new InvalidArgumentError('takes names of namespaces, "team-a,team-b"');
  return names;
}

const PATTERN = /^[a-z0-9*]([-a-z0-9*]{0,61}[a-z0-9*])?$/;

function patterns(text: string): string[] {
  const given = [...new Set(list(text))];
  const wrong = given.find((pattern) => !PATTERN.test(pattern));
  if (wrong !== undefined) throw new InvalidArgumentError(`${JSON.stringify(wrong)} can't name a namespace`);
  if (given.length === 0) {
    throw new InvalidArgumentError('takes names of namespaces and patterns, "team-a,tenant-*"');
  }
  return given;
}

function account(text: string): string {
  if (text.length <= 253 && ACCOUNT_NAME.test(text)) return text;
  throw new InvalidArgumentError(`${JSON.stringify(text)} can't name a ServiceAccount`);
}

/** One bucket at least for each shard. */
function shards(text: string): number {
  const n = count(text);
  if (n > BUCKETS) throw new InvalidArgumentError(`takes a whole number from 1 to ${BUCKETS}`);
  return n;
}

const DURATION = /^(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h))+$/;
const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Seconds of a duration as Go writes it. */
function seconds(text: string): number {
  const parts = DURATION.test(text) ? text.matchAll(/([0-9.]+)(ms|s|m|h)/g) : [];
  const sum = [...parts].reduce((all, [, n, unit = ""]) => all + Number(n) * (UNIT_SECONDS[unit] ?? 0), 0);
  if (sum <= 0) throw new InvalidArgumentError('takes a duration above 0, "15s" or "1m30s"');
  return sum;
}

function count(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError("takes a whole number from 1");
  return n;
}

function rate(text: string): number {
  const n = Number(text);
  if (text.trim() === "" || !Number.isFinite(n) || n < 0) {
    throw new InvalidArgumentError("takes a number from 0");
  }
  return n;
}

const HOST = /^(?:\*|\[[0-9a-fA-F:.]{2,45}\](?::[0-9]{1,5})?|[A-Za-z0-9._-]{1,253}(?::[0-9]{1,5})?)$/;

function hosts(text: string): string[] {
  const items = list(text);
  const wrong = items.find((item) => !HOST.test(item) || Number(/:([0-9]+)$/.exec(item)?.[1] ?? 0) > 65535);
  if (wrong === undefined) return items;
  throw new InvalidArgumentError(
    `${JSON.stringify(wrong)} is no host; takes "db.example.com", "10.0.0.5:3306", "[fd00::1]:5432" or "*"`,
  );
}

function list(text: string): string[] {
  return text.split(",").map((item) => item.trim()).filter((item) => item !== "");
}

function truth(text: string): boolean {
  if (text === "true" || text === "1") return true;
  if (text === "false" || text === "0") return false;
  throw new InvalidArgumentError("takes true or false");
}

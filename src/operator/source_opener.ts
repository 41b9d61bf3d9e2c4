import { addressKind, addressOf } from "../source/address.ts";
import type { ServerConfig, SourceConfig } from "../source/config.ts";
import { openSource } from "../source/open.ts";
import { type RowSource, SourceError } from "../source/port.ts";
import type { SqliteReaders } from "../source/sqlite_readers.ts";
import { hostPort } from "./http_address.ts";
import type { OperatorOptions } from "./options.ts";
import { ANY_HOST, apiServerPort } from "./source_hosts.ts";

/** What hubs may read. */
export interface SourceReach extends Pick<OperatorOptions, "sourceHosts" | "sourcePaths"> {
  /** URL of the API server, which is no database. */
  readonly apiServer: string;
  /** Threads that read SQLite files; each read has its own unless told. */
  readonly readers?: SqliteReaders;
}

type Server = Pick<ServerConfig, "host" | "port">;

/**
 * Opens the databases that the operator was allowed to reach at start; any other is refused before a packet is sent. A
 * name is refused by the address that it turns out to have, before a byte is sent there.
 */
export function sourceOpener(reach: SourceReach): (config: SourceConfig) => RowSource {
  return (config) => {
    const { signal } = new AbortController();
    if (config.type === "sqlite") {
      refuseOtherFiles(reach, config.path);
      return openSource(config, signal, { readers: reach.readers });
    }
    const { server } = config;
    const refusal = hostRefusal(reach, server);
    if (refusal !== undefined) throw refusal;
    return openSource(config, signal, { check: (address) => addressRefusal(reach, server, address) });
  };
}

function refuseOtherFiles({ sourcePaths }: SourceReach, path: string): void {
  if (sourcePaths.some((folder) => isBelow(path, folder))) return;
  throw new SourceError(`the file ${path} is not below any of --source-paths`, {
    code: "InvalidConfig",
    remedy: `Start the operator with --source-paths naming the folder of ${path}`,
  });
}

/** Why a hub's host is no database's, by its spelling alone. */
function hostRefusal(reach: SourceReach, { host, port }: Server): SourceError | undefined {
  const { sourceHosts } = reach;
  const what = `the database host ${hostPort(host, port)}`;
  const never = neverRefusal(reach, { what, host, port });
  if (never !== undefined) return never;
  const listed = isListed(sourceHosts, host, port);
  if (listed || (sourceHosts.includes(ANY_HOST) && !isLoopback(host))) return undefined;
  return new SourceError(`${what} is not among --source-hosts`, {
    code: "InvalidConfig",
    remedy: `Start the operator with --source-hosts=${
      [...anyOf(sourceHosts), hostPort(host, port)].join(",")
    }`,
  });
}

/** Why nothing is to be sent to the address that a hub's host turned out to have. */
export function addressRefusal(
  reach: SourceReach,
  { host, port }: Server,
  address: string,
): SourceError | undefined {
  const { sourceHosts } = reach;
  const canonical = addressOf(address) ?? address;
  const what = `the database host ${hostPort(host, port)} has the address ${canonical}, which`;
  const never = neverRefusal(reach, { what, host: address, port });
  if (never !== undefined) return never;
  if (!isLoopback(address) || isLoopback(host) || isListed(sourceHosts, canonical, port)) return undefined;
  return new SourceError(`${what} is of this machine and not among --source-hosts`, {
    code: "InvalidConfig",
    remedy: `Start the operator with --source-hosts=${
      [...anyOf(sourceHosts), hostPort(host, port), hostPort(canonical, port)].join(",")
    }`,
  });
}

/** What no flag allows. */
function neverRefusal(
  { apiServer }: SourceReach,
  { what, host, port }: Server & { what: string },
): SourceError | undefined {
  if (addressKind(host) === "link-local") {
    return new SourceError(`${what} is link-local, where clouds keep credentials and no database is`, {
      code: "InvalidConfig",
      remedy: "Correct the host of the source",
    });
  }
  if (!isApiServer(apiServer, { host, port })) return undefined;
  return new SourceError(`${what} is the API server`, {
    code: "InvalidConfig",
    remedy: "Correct the host and port of the source",
  });
}

const API_SERVER_NAME = /^kubernetes\.default(?:\.svc(?:\..+)?)?$/;

function isApiServer(apiServer: string, { host, port }: Server): boolean {
  const url = new URL(apiServer);
  const [own, other] = [url.hostname, host].map((each) => addressOf(each) ?? nameOf(each));
  if (API_SERVER_NAME.test(other ?? "")) return true;
  return own === other && apiServerPort(url) === port;
}

function nameOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}

function isLoopback(host: string): boolean {
  return addressKind(host) === "loopback" || /^(?:.+\.)?localhost$/.test(nameOf(host));
}

function anyOf(sourceHosts: readonly string[]): readonly string[] {
  return sourceHosts.includes(ANY_HOST) ? [ANY_HOST] : [];
}

export function isListed(allowed: readonly string[], host: string, port: number): boolean {
  return allowed.includes(host) || allowed.includes(hostPort(host, port));
}

function isBelow(path: string, folder: string): boolean {
  if (path.split("/").includes("..")) return false;
  const base = folder.endsWith("/") ? folder : `${folder}/`;
  return path === folder || path.startsWith(base);
}

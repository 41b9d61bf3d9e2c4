import type { SourceConfig } from "../source/config.ts";
import { openSource } from "../source/open.ts";
import { type RowSource, SourceError } from "../source/port.ts";
import { hostPort } from "./http_address.ts";
import type { OperatorOptions } from "./options.ts";

/** Opens the databases that the operator was allowed to reach at start; any other is refused before a packet is sent. */
export function sourceOpener(
  options: Pick<OperatorOptions, "sourceHosts" | "sourcePaths">,
): (config: SourceConfig) => RowSource {
  return (config) => {
    refuseOthers(options, config);
    return openSource(config, new AbortController().signal);
  };
}

function refuseOthers(
  options: Pick<OperatorOptions, "sourceHosts" | "sourcePaths">,
  config: SourceConfig,
): void {
  if (config.type === "sqlite") {
    if (options.sourcePaths.some((path) => isBelow(config.path, path))) return;
    throw new SourceError(`the file ${config.path} is not below any of --source-paths`, {
      code: "InvalidConfig",
      remedy: `Start the operator with --source-paths naming the folder of ${config.path}`,
    });
  }
  const { host, port } = config.server;
  if (options.sourceHosts === undefined || isListed(options.sourceHosts, host, port)) return;
  throw new SourceError(`the database host ${host}:${port} is not among --source-hosts`, {
    code: "InvalidConfig",
    remedy: `Start the operator with --source-hosts=${host}:${port}`,
  });
}

export function isListed(allowed: readonly string[], host: string, port: number): boolean {
  return allowed.includes(host) || allowed.includes(hostPort(host, port));
}

function isBelow(path: string, folder: string): boolean {
  if (path.split("/").includes("..")) return false;
  const base = folder.endsWith("/") ? folder : `${folder}/`;
  return path === folder || path.startsWith(base);
}

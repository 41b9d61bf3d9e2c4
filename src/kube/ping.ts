import { startDeadline } from "./deadline.ts";
import { type ExchangeOptions, record } from "./exchange.ts";
import { rawRequest } from "./request.ts";
import type { Wire } from "./wire.ts";

const PING = rawRequest("/version");

/**
 * Whether the server still answers on this wire: any HTTP status counts. The runtime has no HTTP/2 PING, so this is a small
 * request on the same connection; streams of one wire share it.
 */
export function ping(wire: Wire, options: ExchangeOptions): Promise<boolean> {
  wire.ping ??= ask(wire, options).finally(() => wire.ping = undefined);
  return wire.ping;
}

async function ask(wire: Wire, options: ExchangeOptions): Promise<boolean> {
  const startedAt = performance.now();
  const deadline = startDeadline(options.deadlineMs, [wire.gone]);
  try {
    const response = await fetch(options.credentials.server + PING.path, {
      client: wire.http,
      signal: deadline.signal,
      redirect: "manual",
    });
    await response.body?.cancel();
    options.lane.heard(wire);
    record(PING, options, { code: String(response.status), startedAt });
    return true;
  } catch {
    record(PING, options, { code: deadline.signal.aborted ? "Deadline" : "Reset", startedAt });
    return false;
  } finally {
    deadline.end();
  }
}

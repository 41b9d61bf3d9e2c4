import type { KubeUnreachable } from "./error.ts";
import type { TlsMaterial } from "./credentials.ts";

const PROBE_MS = 5_000;

/**
 * Why a server can't be reached. The runtime's `fetch` tells it in prose only, so this connects once more and reads the
 * class of the error: a name without address, a refused port, a certificate that doesn't fit. "Reset" where all of that
 * works now.
 */
export async function probe(server: string, tls: TlsMaterial): Promise<KubeUnreachable["code"]> {
  const url = new URL(server);
  const secure = url.protocol === "https:";
  const address = {
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || (secure ? 443 : 80)),
  };
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), PROBE_MS);
  try {
    const tcp = await connect(address, timeout.signal);
    if (typeof tcp === "string") return tcp;
    if (!secure) {
      tcp.close();
      return "Reset";
    }
    return await handshake(tcp, { hostname: address.hostname, caCerts: [...tls.caCerts] }, timeout.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function connect(
  address: { hostname: string; port: number },
  signal: AbortSignal,
): Promise<Deno.TcpConn | KubeUnreachable["code"]> {
  try {
    return await Deno.connect({ ...address, signal });
  } catch (error) {
    if (signal.aborted) return "Deadline";
    if (error instanceof Deno.errors.ConnectionRefused) return "Refused";
    return isSystemError(error) ? "Reset" : "Dns";
  }
}

async function handshake(
  tcp: Deno.TcpConn,
  options: { hostname: string; caCerts: string[] },
  signal: AbortSignal,
): Promise<KubeUnreachable["code"]> {
  const close = () => tcp.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    const secure = await Deno.startTls(tcp, options);
    try {
      await secure.handshake();
      return "Reset";
    } finally {
      secure.close();
    }
  } catch (error) {
    if (signal.aborted) return "Deadline";
    return error instanceof Deno.errors.InvalidData ? "Tls" : "Reset";
  } finally {
    signal.removeEventListener("abort", close);
  }
}

/** Errors of the operating system carry a code; a name that has no address is an error without one. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code !== undefined;
}

/** Where a server listens. Without hostname it takes every address of the machine, IPv6 and IPv4. */
export type BindAddress =
  | { readonly kind: "off" }
  | { readonly kind: "listen"; readonly hostname: string | undefined; readonly port: number };

/** A flag holds what is no address to listen on. */
export class BindAddressError extends Error {
  override readonly name = "BindAddressError";
  readonly flag: string;
  readonly value: string;

  constructor(flag: string, value: string) {
    super(
      `--${flag}=${value}: takes ":8081", "127.0.0.1:8081", "[::1]:8081" or "localhost:8081", or "0" for no server`,
    );
    this.flag = flag;
    this.value = value;
  }
}

const ADDRESS = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([A-Za-z0-9.-]{1,253}))?:([0-9]{1,5})$/;

/** Reads the value of an address flag as Go's net.Listen does; "0" and "" are off. Throws `BindAddressError`. */
export function parseBindAddress(flag: string, text: string): BindAddress {
  if (text === "0" || text === "") return { kind: "off" };
  const match = ADDRESS.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) throw new BindAddressError(flag, text);
  return { kind: "listen", hostname: match[1] ?? match[2], port };
}

/** The `net` permissions that listening there needs. Port 0 is any port, so the permission then names the host alone. */
export function listenPermissions(address: BindAddress): string[] {
  if (address.kind === "off") return [];
  return hostnamesOf(address.hostname).map((hostname) => hostPort(hostname, address.port));
}

/** The names to listen on, in the order in which to try them. */
export function hostnamesOf(hostname: string | undefined): string[] {
  return hostname === undefined ? ["::", "0.0.0.0"] : [hostname];
}

/** True where only this machine can connect. */
export function isLoopback(address: BindAddress): boolean {
  if (address.kind === "off") return false;
  const { hostname } = address;
  return hostname === "localhost" || hostname === "::1" || (hostname?.startsWith("127.") ?? false);
}

/** `127.0.0.1:80`, `[::1]:80`; without a port where it is 0. */
export function hostPort(hostname: string, port: number): string {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return port === 0 ? host : `${host}:${port}`;
}

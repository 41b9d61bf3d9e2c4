import { Socket } from "node:net";
import type { SourceError } from "./port.ts";

/** Why no database is to be spoken to at an address that a connection was made to; undefined where it may be. */
export type PeerCheck = (address: string) => SourceError | undefined;

/**
 * A socket that ends with the check's error as soon as it is connected, before a byte is sent: it is the address of this
 * very connection that is checked, so that a name can't answer otherwise meanwhile.
 */
export function peerSocket(check: PeerCheck | undefined): Socket {
  const socket = new Socket();
  if (check === undefined) return socket;
  socket.once("connect", () => {
    const refusal = check(socket.remoteAddress ?? "");
    if (refusal !== undefined) socket.destroy(refusal);
  });
  return socket;
}

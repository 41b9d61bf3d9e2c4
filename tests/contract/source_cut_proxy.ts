/** A proxy on the loopback address that ends a connection in the middle of the server's answer. */
export interface CutProxy extends AsyncDisposable {
  readonly port: number;
}

/** Passes everything on until the server has sent `bytes`, then closes both sides as a failing network would. */
export function startCutProxy(
  target: { readonly host: string; readonly port: number },
  bytes: number,
): CutProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const client of listener) connections.push(pass(client, target, bytes));
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(connections);
    },
  };
}

async function pass(
  client: Deno.TcpConn,
  target: { host: string; port: number },
  bytes: number,
): Promise<void> {
  const server = await Deno.connect({ hostname: target.host, port: target.port });
  const upstream = copy(client, server, Number.MAX_SAFE_INTEGER);
  await copy(server, client, bytes);
  closeQuietly(server);
  closeQuietly(client);
  await upstream;
}

async function copy(from: Deno.Conn, to: Deno.Conn, limit: number): Promise<void> {
  const buffer = new Uint8Array(16_384);
  try {
    for (let passed = 0; passed < limit;) {
      const read = await from.read(buffer);
      if (read === null) return;
      const part = buffer.subarray(0, Math.min(read, limit - passed));
      for (let written = 0; written < part.length;) written += await to.write(part.subarray(written));
      passed += part.length;
    }
  } catch {
    // The other side is gone: so ends the connection.
  }
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It was closed already.
  }
}

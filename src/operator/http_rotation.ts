import { sleep } from "../kube/deadline.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { BindAddress } from "./http_address.ts";
import { type CertificateFiles, readCertificate } from "./http_certificate.ts";
import { type Certificate, type HttpHandler, type RunningServer, serve } from "./http_server.ts";

export interface RotationOptions {
  readonly address: BindAddress & { readonly kind: "listen" };
  readonly handler: HttpHandler;
  readonly files: CertificateFiles;
  readonly metrics: Pick<Metrics, "certificateRead">;
  readonly log: Log;
  /** How often the files are looked at, in milliseconds; 10,000 unless told. */
  readonly pollMs?: number | undefined;
}

/**
 * Serves HTTPS with a pair from files and listens anew when they change; with the pair before, where the new one does
 * not serve. Throws when the first pair cannot be read or does not serve.
 */
export async function startRotating(options: RotationOptions): Promise<RunningServer> {
  const certificate = await readCertificate(options.files);
  options.metrics.certificateRead("success");
  return new RotatingServer(options, certificate);
}

class RotatingServer implements RunningServer {
  readonly address: string;
  readonly url: string;
  readonly #options: RotationOptions;
  readonly #stopped = new AbortController();
  readonly #polling: Promise<void>;
  /** Undefined while the port could not be taken again. */
  #server: RunningServer | undefined;

  constructor(options: RotationOptions, certificate: Certificate) {
    this.#options = options;
    const server = serve({ address: options.address, handler: options.handler, certificate });
    this.#server = server;
    this.address = server.address;
    this.url = server.url;
    this.#polling = this.#poll(certificate);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#polling;
    await this.#server?.stop();
  }

  async #poll(initial: Certificate): Promise<void> {
    let serving = initial;
    let seen = initial;
    while (await this.#sleep()) {
      const read = await this.#read(seen);
      const changed = read.cert !== seen.cert || read.key !== seen.key;
      if (!changed && this.#server !== undefined) continue;
      await this.#server?.stop();
      serving = this.#listenAgain([read, serving]) ?? serving;
      seen = read;
    }
  }

  async #read(seen: Certificate): Promise<Certificate> {
    try {
      const certificate = await readCertificate(this.#options.files);
      this.#options.metrics.certificateRead("success");
      return certificate;
    } catch (error) {
      this.#options.metrics.certificateRead("error");
      this.#options.log.error("Failed to read the certificate", {
        error,
        certFile: this.#options.files.certFile,
      });
      return seen;
    }
  }

  /** The first pair that serves. */
  #listenAgain(pairs: readonly Certificate[]): Certificate | undefined {
    const { address, handler, log } = this.#options;
    const port = Number(this.address.slice(this.address.lastIndexOf(":") + 1));
    this.#server = undefined;
    for (const certificate of pairs) {
      try {
        this.#server = serve({ address: { ...address, port }, handler, certificate });
        log.info("Updated current TLS certificate");
        return certificate;
      } catch (error) {
        log.error("Failed to serve with a certificate", { error, certFile: this.#options.files.certFile });
      }
    }
    return undefined;
  }

  /** False once stopped. */
  #sleep(): Promise<boolean> {
    return sleep(this.#options.pollMs ?? 10_000, this.#stopped.signal).then(() => true, () => false);
  }
}

import { createHash } from "node:crypto";

/** An image as a Dockerfile names it, taken apart. */
export interface ImageName {
  /** Host of the registry's API. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

export type DigestAnswer =
  | { readonly kind: "found"; readonly digest: string }
  | { readonly kind: "unknown"; readonly reason: string };

const DOCKER_HUB = "registry-1.docker.io";
const ARG = /^(ARG\s+(\w+_IMAGE)=)(\S+)$/gm;

/** `denoland/deno:2.9.6`, `gcr.io/distroless/cc:nonroot`, each with or without a digest behind it. */
export function imageName(reference: string): ImageName {
  const [named = ""] = reference.split("@");
  const slash = named.indexOf("/");
  const first = slash < 0 ? "" : named.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === "localhost";
  const rest = isHost ? named.slice(slash + 1) : named;
  const [path = "", tag = "latest"] = rest.split(":");
  const repository = isHost || path.includes("/") ? path : `library/${path}`;
  return { registry: isHost ? first : DOCKER_HUB, repository, tag };
}

/** The images that a Dockerfile's ARGs name, by the ARG. */
export function imagesOf(dockerfile: string): Map<string, string> {
  return new Map([...dockerfile.matchAll(ARG)].map(([, , arg = "", reference = ""]) => [arg, reference]));
}

/** The Dockerfile with these digests behind its images; those of before are replaced. */
export function withDigests(dockerfile: string, digests: ReadonlyMap<string, string>): string {
  return [...dockerfile.matchAll(ARG)].reduce((text, [line, start = "", arg = "", reference = ""]) => {
    const digest = digests.get(arg);
    return digest === undefined ? text : text.replace(line, `${start}${reference.split("@")[0]}@${digest}`);
  }, dockerfile);
}

const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

export interface RegistryAccess {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly timeoutMs: number;
}

/** The digest of an image's manifest: of what the registry sends, and the same that it says. */
export async function imageDigest(image: ImageName, access: RegistryAccess): Promise<DigestAnswer> {
  const { registry, repository, tag } = image;
  const url = `https://${registry}/v2/${repository}/manifests/${tag}`;
  const unknown = (reason: string): DigestAnswer => ({ kind: "unknown", reason: `${url}: ${reason}` });
  const ask = (more: Record<string, string>) =>
    access.fetch(url, {
      headers: { accept: MANIFESTS, ...more },
      signal: AbortSignal.timeout(access.timeoutMs),
    });
  try {
    let response = await ask({});
    if (response.status === 401) {
      await response.body?.cancel();
      const token = await anonymousToken(response.headers.get("www-authenticate") ?? "", access);
      if (token === undefined) return unknown("HTTP 401, and no token for anybody");
      response = await ask({ authorization: `Bearer ${token}` });
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (!response.ok) return unknown(`HTTP ${response.status}`);
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    const said = response.headers.get("docker-content-digest");
    return said === digest
      ? { kind: "found", digest }
      : unknown(`it sent ${digest} and says ${said ?? "nothing"}`);
  } catch (error) {
    return unknown(error instanceof Error ? error.message : String(error));
  }
}

/** Registries give a token to anybody who asks where the challenge says. */
async function anonymousToken(
  challenge: string,
  { fetch, timeoutMs }: RegistryAccess,
): Promise<string | undefined> {
  const part = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
  const [realm, service, scope] = [part("realm"), part("service"), part("scope")];
  if (realm === undefined || !realm.startsWith("https://")) return undefined;
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set("service", service);
  if (scope !== undefined) url.searchParams.set("scope", scope);
  const response = await fetch(url.href, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) {
    await response.body?.cancel();
    return undefined;
  }
  const { token, access_token } = await response.json() as { token?: string; access_token?: string };
  return token ?? access_token;
}

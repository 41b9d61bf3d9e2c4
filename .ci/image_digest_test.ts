import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { imageDigest, imageName, imagesOf, type RegistryAccess, withDigests } from "./image_digest.ts";

const MANIFEST = '{"schemaVersion":2}';
const DIGEST = `sha256:${createHash("sha256").update(MANIFEST).digest("hex")}`;
const FILE =
  "ARG BUILD_IMAGE=denoland/deno:debian-2.9.6\nARG RUNTIME_IMAGE=gcr.io/distroless/cc:nonroot@sha256:old\nFROM x\n";

Deno.test("an image's name is taken apart as Docker does it", () => {
  const parts = (reference: string) => Object.values(imageName(reference));
  assert.deepEqual(parts("denoland/deno:debian-2.9.6"), [
    "registry-1.docker.io",
    "denoland/deno",
    "debian-2.9.6",
  ]);
  assert.deepEqual(parts("debian@sha256:00"), ["registry-1.docker.io", "library/debian", "latest"]);
  assert.deepEqual(parts("gcr.io/distroless/cc-debian12:nonroot"), [
    "gcr.io",
    "distroless/cc-debian12",
    "nonroot",
  ]);
  assert.deepEqual(parts("localhost:5000/a/b@sha256:00"), ["localhost:5000", "a/b", "latest"]);
});

Deno.test("digests go behind the images of a Dockerfile, in place of older ones", () => {
  const images = imagesOf(FILE);
  assert.deepEqual([...images.keys()], ["BUILD_IMAGE", "RUNTIME_IMAGE"]);
  const pinned = withDigests(FILE, new Map([["BUILD_IMAGE", "sha256:aa"], ["RUNTIME_IMAGE", "sha256:bb"]]));
  assert.deepEqual([...imagesOf(pinned).values()], [
    "denoland/deno:debian-2.9.6@sha256:aa",
    "gcr.io/distroless/cc:nonroot@sha256:bb",
  ]);
  assert.equal(withDigests(FILE, new Map()), FILE);
});

/** A registry on this machine in place of those that are asked. */
async function registry(
  answer: (path: string, request: Request) => Response,
  use: (access: RegistryAccess) => Promise<void>,
): Promise<void> {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => answer(new URL(request.url).pathname, request),
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const here = (url: string, init: RequestInit) => fetch(url.replace(/^https:\/\/[^/]+/, origin), init);
  await use({ fetch: here, timeoutMs: 60_000 });
}

const CHALLENGE =
  'Bearer realm="https://auth.example.com/token",service="example.com",scope="repository:a/b:pull"';
const image = imageName("example.com/a/b:c");

Deno.test("a registry that wants a token gives it to anybody, and the digest is that of what it sends", async () => {
  const asked: string[] = [];
  await registry((path, request) => {
    asked.push(path + new URL(request.url).search);
    if (path === "/token") return Response.json({ token: "t" });
    if (request.headers.get("authorization") !== "Bearer t") {
      return new Response(null, { status: 401, headers: { "www-authenticate": CHALLENGE } });
    }
    assert.match(request.headers.get("accept") ?? "", /image\.index/);
    return new Response(MANIFEST, { headers: { "docker-content-digest": DIGEST } });
  }, async (access) => {
    assert.deepEqual(await imageDigest(image, access), { kind: "found", digest: DIGEST });
  });
  assert.deepEqual(asked, [
    "/v2/a/b/manifests/c",
    "/token?service=example.com&scope=repository%3Aa%2Fb%3Apull",
    "/v2/a/b/manifests/c",
  ]);
});

Deno.test("no digest is made up: what can't be had or doesn't fit is told", async () => {
  const answers: readonly (readonly [() => Response, RegExp])[] = [
    [() => new Response(null, { status: 404 }), /HTTP 404/],
    [() => new Response(null, { status: 401 }), /no token for anybody/],
    [() => new Response(MANIFEST), /says nothing/],
    [() => new Response(MANIFEST, { headers: { "docker-content-digest": "sha256:00" } }), /says sha256:00/],
  ];
  for (const [answer, reason] of answers) {
    await registry(answer, async (access) => {
      const found = await imageDigest(image, access);
      assert.equal(found.kind, "unknown");
      assert.match(found.kind === "unknown" ? found.reason : "", reason);
    });
  }
  const unreachable = { fetch: () => Promise.reject(new TypeError("no route")), timeoutMs: 60_000 };
  assert.deepEqual(await imageDigest(image, unreachable), {
    kind: "unknown",
    reason: "https://example.com/v2/a/b/manifests/c: no route",
  });
});

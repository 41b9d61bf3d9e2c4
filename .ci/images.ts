/**
 * `deno task images`: puts the digests of the base images, as their registries tell them, into the Dockerfile. Exit codes:
 * 0 written or the same as before, 3 a registry could not be asked: nothing is written then.
 */
import { imageDigest, imageName, imagesOf, withDigests } from "./image_digest.ts";

const DOCKERFILE = "Dockerfile";
const TIMEOUT_MS = 20_000;

async function main(): Promise<number> {
  const before = await Deno.readTextFile(DOCKERFILE);
  const digests = new Map<string, string>();
  let asked = true;
  for (const [arg, reference] of imagesOf(before)) {
    const answer = await imageDigest(imageName(reference), { fetch, timeoutMs: TIMEOUT_MS });
    if (answer.kind === "found") digests.set(arg, answer.digest);
    else {
      asked = false;
      console.error(`${arg}: DIGEST NOT KNOWN: ${answer.reason}`);
    }
  }
  if (!asked) {
    console.error(`${DOCKERFILE} stays as it is: run this where the registries can be reached`);
    return 3;
  }
  const after = withDigests(before, digests);
  if (after !== before) await Deno.writeTextFile(DOCKERFILE, after);
  for (const [arg, reference] of imagesOf(after)) console.log(`${arg}=${reference}`);
  return 0;
}

if (import.meta.main) Deno.exit(await main());

import { Buffer } from "node:buffer";
import type { KubeClient } from "../../src/kube/client.ts";
import type { KubeObject } from "../../src/kube/object.ts";

/** A value that stands in no text by chance, fit for a DNS label, and told apart by what it is of. */
export function canary(of: string): string {
  return `zq${of}7xk4vw9`;
}

/** The canaries that stand in a text, as they are or as a server or program may write them. */
export function leaks(text: string, canaries: readonly string[]): string[] {
  const folded = text.toLowerCase();
  return canaries.filter((value) =>
    spellings(value).some((spelling) => folded.includes(spelling.toLowerCase()))
  );
}

function spellings(value: string): string[] {
  const bytes = Buffer.from(value, "utf8");
  // Base64 of a longer text: as the value stands at each of three offsets, without what its neighbours change.
  const inside = [0, 1, 2].map((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    return padded.slice(offset === 0 ? 0 : offset + 1, Math.floor((offset + bytes.length) / 3) * 4);
  });
  return [value, [...value].reverse().join(""), bytes.toString("hex"), ...inside];
}

/** Every object that the API server lists, of all kinds. */
export async function everyObject(client: KubeClient): Promise<KubeObject[]> {
  const groups = await client.raw("/apis") as { groups: { preferredVersion: { groupVersion: string } }[] };
  const versions = [
    "/api/v1",
    ...groups.groups.map((group) => `/apis/${group.preferredVersion.groupVersion}`),
  ];
  const found: KubeObject[] = [];
  for (const version of versions) {
    const { resources } = await client.raw(version) as {
      resources: { name: string; kind: string; verbs: string[] }[];
    };
    for (const { name, kind, verbs } of resources) {
      if (name.includes("/") || !verbs.includes("list")) continue;
      const { items } = await client.raw(`${version}/${name}`) as { items: KubeObject[] };
      found.push(...items.map((item) => ({ ...item, kind: item.kind ?? kind })));
    }
  }
  return found;
}

import type { AnswerBody } from "./answer_body.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/mod.ts";

const contentTypes = {
  POST: "application/json",
  DELETE: "application/json",
  PATCH: "application/merge-patch+json",
  APPLY: "application/apply-patch+yaml",
} as const;

/** Requests to a sandbox; a failure answer is thrown as its text. */
export interface SandboxClient {
  readonly sandbox: Sandbox;
  get(path: string): Promise<AnswerBody>;
  /** PATCH is a merge patch, APPLY a server-side apply. */
  send(method: keyof typeof contentTypes, path: string, body?: unknown): Promise<AnswerBody>;
  /** Asks until the check is true; throws after a minute with what was there last. */
  until(path: string, check: (object: AnswerBody) => boolean): Promise<AnswerBody>;
  gone(path: string): Promise<void>;
}

/** Starts a sandbox with a delay of some milliseconds, gives it to `test`, stops it. */
export async function withSandbox(
  test: (client: SandboxClient) => Promise<void>,
  options: SandboxOptions = {},
): Promise<void> {
  const sandbox = await startSandbox({ workloadDelayMs: 20, ...options });
  try {
    await test(clientOf(sandbox));
  } finally {
    await sandbox.stop();
  }
}

function clientOf(sandbox: Sandbox): SandboxClient {
  const call = async (path: string, init: RequestInit): Promise<AnswerBody> => {
    const response = await fetch(`${sandbox.url}${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    return JSON.parse(text);
  };
  const get = (path: string): Promise<AnswerBody> => call(path, { headers: { accept: "application/json" } });
  const waited = async <T>(ask: () => Promise<T | undefined>, told: () => string): Promise<T> => {
    const end = Date.now() + 60_000;
    for (;;) {
      const found = await ask();
      if (found !== undefined) return found;
      if (Date.now() > end) throw new Error(told());
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return {
    sandbox,
    get,
    send: (method, path, body) =>
      call(path, {
        method: method === "APPLY" ? "PATCH" : method,
        headers: { "content-type": contentTypes[method] },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    until: (path, check) => {
      let last: AnswerBody | string = "";
      return waited(async () => {
        last = await get(path).catch((error: Error): string => error.message);
        return typeof last !== "string" && check(last) ? last : undefined;
      }, () => `${path} did not become as awaited: ${JSON.stringify(last)}`);
    },
    gone: async (path) => {
      await waited(async () => {
        const response = await fetch(`${sandbox.url}${path}`);
        await response.text();
        return response.status === 404 ? true : undefined;
      }, () => `${path} is still there`);
    },
  };
}

/** The pod template of a workload with one container. */
export function template(app: string, image = "nginx:1", more: object = {}) {
  return { metadata: { labels: { app } }, spec: { containers: [{ name: "main", image }], ...more } };
}

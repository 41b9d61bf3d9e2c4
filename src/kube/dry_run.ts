import type { KubeClient } from "./client.ts";

/** The same API server for one who only wants to know: every write is validated, admitted and answered, and not kept. */
export function dryRunClient(client: KubeClient): KubeClient {
  const dryRun = true;
  return {
    get: (ref, options) => client.get(ref, options),
    list: (options, signal) => client.list(options, signal),
    raw: (path, options) => client.raw(path, options),
    create: (type, object, options, signal) => client.create(type, object, { ...options, dryRun }, signal),
    update: (ref, object, options, signal) => client.update(ref, object, { ...options, dryRun }, signal),
    patch: (ref, patch, options, signal) => client.patch(ref, patch, { ...options, dryRun }, signal),
    apply: (ref, object, options, signal) => client.apply(ref, object, { ...options, dryRun }, signal),
    delete: (ref, options, signal) => client.delete(ref, { ...options, dryRun }, signal),
  };
}

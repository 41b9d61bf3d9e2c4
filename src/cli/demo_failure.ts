import { DemoFilesMissing } from "./demo_manifests.ts";

/** What the user can do about a demo that could not start; undefined for what is a fault of the program. */
export function demoRemedy(error: unknown): string | undefined {
  if (error instanceof DemoFilesMissing) return error.message;
  if (error instanceof Deno.errors.AddrInUse) {
    return "the port is in use: give another one with --port or --dashboard-port, or 0 for a free one";
  }
  const place = error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotFound;
  return place ? `${error.message}; the demo needs a folder below /tmp and ports on 127.0.0.1` : undefined;
}

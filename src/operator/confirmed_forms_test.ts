import assert from "node:assert/strict";
import { storedForm } from "../../tests/support/stored_objects.ts";
import type { StoredForm } from "../api/stored.ts";
import type { CacheEvent } from "../kube/informer.ts";
import { confirmedForms } from "./confirmed_forms.ts";

Deno.test("what was confirmed of a form goes with the form", () => {
  const handlers: ((event: CacheEvent<StoredForm>) => void)[] = [];
  const confirmed = confirmedForms({
    subscribe: (handler) => {
      handlers.push(handler);
      return () => {};
    },
  });
  confirmed.set("shop/web", "1");
  confirmed.set("shop/other", "2");
  const entry = { key: "shop/web", uid: "u1", resourceVersion: "1", value: storedForm() };
  for (const handler of handlers) handler({ kind: "modified", by: "watch", was: entry, now: entry });
  assert.equal(confirmed.size, 2);
  for (const handler of handlers) handler({ kind: "deleted", by: "watch", was: entry });
  assert.deepEqual([...confirmed.keys()], ["shop/other"]);
});

import type { EventInput, EventRegarding } from "./events.ts";
import { Lru } from "./lru.ts";
import { redactText } from "./redact.ts";

/** client-go's limits: `tools/record/events_cache.go`. */
const CACHE_ENTRIES = 4096;
const SIMILAR_LIMIT = 10;
/** Events that lie further apart have nothing to do with each other. */
export const SIMILAR_WINDOW_MS = 600_000;
const SPAM_BURST = 25;
const SPAM_REFILL_MS = 300_000;

const MESSAGE_BYTES = 1024;
const COMBINED = "(combined from similar events): ";

/** One Event as it should be in the cluster after the latest record. */
export interface CorrelatedEvent {
  /** What makes two records the same Event. */
  readonly key: string;
  readonly name: string;
  readonly regarding: EventRegarding;
  readonly type: EventInput["type"];
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  readonly count: number;
  readonly first: Date;
  readonly last: Date;
}

export type Correlation =
  | { readonly kind: "write"; readonly event: CorrelatedEvent }
  /** One of many: the event is about their group, and its count goes on. */
  | { readonly kind: "grouped"; readonly event: CorrelatedEvent }
  | { readonly kind: "rate_limited" };

interface Similar {
  readonly messages: Set<string>;
  readonly lastMs: number;
}

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** Events of one group and reason, since the first of them that was not long ago. */
interface Grouped {
  readonly since: Date;
  readonly lastMs: number;
  readonly count: number;
}

/**
 * Decides what a recorded event becomes. Of the Normal events of one group and reason within 10 minutes, the first ten are
 * told on their objects, and the others in one event on the group. Then client-go's three rules, in its order:
 *
 * 1. From the tenth message of one object, type and reason within 10 minutes on, the events are one, "(combined ...)".
 * 2. The same event again is the same Event with a count.
 * 3. An object gets 25 events of a type at once, then one in 5 minutes; a count goes on unseen meanwhile.
 *
 * What was not recorded for 10 minutes is over, and begins anew when it comes again (client-go's newer recorder ends a
 * series after 6): so what is held is what the last minutes brought, and not every object that there ever was.
 */
export class EventCorrelator {
  readonly #similar = new Lru<string, Similar>(CACHE_ENTRIES);
  readonly #seen = new Lru<string, CorrelatedEvent>(CACHE_ENTRIES);
  readonly #buckets = new Lru<string, Bucket>(CACHE_ENTRIES);
  readonly #groups = new Lru<string, Grouped>(CACHE_ENTRIES);
  #lastName = 0n;

  correlate(input: EventInput & { readonly component: string }, now: Date): Correlation {
    this.#forgetOld(now.getTime());
    const message = cutMessage(redactText(input.message));
    const grouped = this.#grouped(input, now);
    if (grouped !== undefined) {
      return { kind: "grouped", event: this.#told(input, { message, grouped, now }) };
    }
    const combined = this.#isCombined(input, message, now.getTime());
    const key = combined ? groupKey(input) : JSON.stringify([groupKey(input), message]);
    const known = this.#seen.get(key);
    const event: CorrelatedEvent = {
      key,
      name: known?.name ?? this.#newName(input.regarding.name, now),
      regarding: input.regarding,
      type: input.type,
      reason: input.reason,
      message: combined ? cutMessage(COMBINED + message) : message,
      component: input.component,
      count: (known?.count ?? 0) + 1,
      first: known?.first ?? now,
      last: now,
    };
    this.#seen.set(key, event);
    return this.#spend(spamKey(input), now.getTime()) ? { kind: "write", event } : { kind: "rate_limited" };
  }

  /** How many entries it holds. */
  get size(): number {
    return [this.#similar, this.#seen, this.#buckets, this.#groups].reduce((sum, { size }) => sum + size, 0);
  }

  #forgetOld(nowMs: number): void {
    const isOver = (lastMs: number) => nowMs - lastMs > SIMILAR_WINDOW_MS;
    this.#similar.forgetWhile(({ lastMs }) => isOver(lastMs));
    this.#groups.forgetWhile(({ lastMs }) => isOver(lastMs));
    this.#seen.forgetWhile(({ last }) => isOver(last.getTime()));
    this.#buckets.forgetWhile((bucket) => refilled(bucket, nowMs) >= SPAM_BURST);
  }

  /** The group's count, where the event is told there. */
  #grouped(input: EventInput & { readonly component: string }, now: Date): Grouped | undefined {
    const { group, type, reason, component } = input;
    if (group === undefined || type !== "Normal") return undefined;
    const key = JSON.stringify([component, group.uid, reason]);
    const present = this.#groups.get(key);
    const fresh = present !== undefined && now.getTime() - present.lastMs <= SIMILAR_WINDOW_MS;
    const { since, count } = fresh ? present : { since: now, count: 0 };
    const grouped = { since, lastMs: now.getTime(), count: count + 1 };
    this.#groups.set(key, grouped);
    return grouped.count > SIMILAR_LIMIT ? grouped : undefined;
  }

  #told(
    input: EventInput & { readonly component: string },
    { message, grouped, now }: { message: string; grouped: Grouped; now: Date },
  ): CorrelatedEvent {
    const { group = input.regarding, regarding, type, reason, component } = input;
    const key = JSON.stringify(["group", component, group.uid, reason, grouped.since.getTime()]);
    const known = this.#seen.get(key);
    const count = grouped.count - SIMILAR_LIMIT;
    const event: CorrelatedEvent = {
      key,
      name: known?.name ?? this.#newName(group.name, now),
      regarding: group,
      type,
      reason,
      message: cutMessage(
        `${grouped.count} ${regarding.kind}s so far, the last ${regarding.name}: ${message}`,
      ),
      component,
      count,
      first: known?.first ?? now,
      last: now,
    };
    this.#seen.set(key, event);
    return event;
  }

  #isCombined(input: EventInput & { readonly component: string }, message: string, nowMs: number): boolean {
    const key = groupKey(input);
    const present = this.#similar.get(key);
    const fresh = present !== undefined && nowMs - present.lastMs <= SIMILAR_WINDOW_MS;
    const messages = fresh ? present.messages : new Set<string>();
    messages.add(message);
    const combined = messages.size >= SIMILAR_LIMIT;
    if (combined) messages.delete(message);
    this.#similar.set(key, { messages, lastMs: nowMs });
    return combined;
  }

  /** Takes a token of the object's bucket; false when there is none. */
  #spend(key: string, nowMs: number): boolean {
    const present = this.#buckets.get(key) ?? { tokens: SPAM_BURST, atMs: nowMs };
    const tokens = Math.min(SPAM_BURST, refilled(present, nowMs));
    const passes = tokens >= 1;
    this.#buckets.set(key, { tokens: passes ? tokens - 1 : tokens, atMs: nowMs });
    return passes;
  }

  /** `<object>.<hex nanoseconds>`, never the same twice; a UUID where that is no valid name. */
  #newName(objectName: string, now: Date): string {
    const clock = BigInt(now.getTime()) * 1_000_000n;
    this.#lastName = clock > this.#lastName ? clock : this.#lastName + 1n;
    const name = `${objectName}.${this.#lastName.toString(16)}`;
    const valid = name.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name);
    return valid ? name : crypto.randomUUID();
  }
}

function refilled({ tokens, atMs }: Bucket, nowMs: number): number {
  return tokens + Math.max(0, nowMs - atMs) / SPAM_REFILL_MS;
}

function spamKey(input: EventInput & { readonly component: string }): string {
  const { kind, namespace, name, uid, apiVersion } = input.regarding;
  return JSON.stringify([input.component, kind, namespace, name, uid, apiVersion, input.type]);
}

function groupKey(input: EventInput & { readonly component: string }): string {
  return JSON.stringify([spamKey(input), input.reason]);
}

/** The API's limit on an event's note, at a character's border. */
function cutMessage(message: string): string {
  const bytes = new TextEncoder().encode(message);
  if (bytes.length <= MESSAGE_BYTES) return message;
  const head = new TextDecoder().decode(bytes.subarray(0, MESSAGE_BYTES - 3));
  return `${head.replace(/\ufffd+$/, "")}...`;
}

import { changesBetween, counted } from "./demo_changes.ts";
import { type Line, rowsOf, span } from "./demo_line.ts";
import type { DemoScreen } from "./demo_screen.ts";
import { countsOf, type DemoState, isSettled, unsettled } from "./demo_state.ts";
import { changeLine, demoView, seconds1, type TimedChange } from "./demo_view.ts";

export interface DemoShowOptions {
  readonly screen: DemoScreen;
  readonly state: () => DemoState;
  /** Requests that the API server has answered. */
  readonly requests: () => number;
  /** Printed when everything is Ready for the first time. */
  readonly guide: readonly Line[];
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** Changes that a frame may show. */
const KEPT_CHANGES = 20;
/** A spinner turns this often, in milliseconds, while something moves. */
const TURN_MS = 120;

/** The smallest frame: so many tenants, and beside them counts, two gaps and one change. */
const LEAST = { tenants: 8, besides: 4 };

/** Shows one state after the other, until all is Ready and beyond. */
export class DemoShow {
  readonly #options: DemoShowOptions;
  readonly #start: number;
  readonly #ready = Promise.withResolvers<void>();
  #before: DemoState | undefined;
  #changes: readonly TimedChange[] = [];
  #readyAfter: number | undefined;
  #turn = 0;
  #guided = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #timeout: ReturnType<typeof setTimeout> | undefined;

  constructor(options: DemoShowOptions) {
    this.#options = options;
    this.#start = options.now();
  }

  /** With `seconds` 0 when all was Ready in that time and 1 when not, with the reason printed; else it never ends. */
  async run(seconds: number | undefined): Promise<number> {
    this.update();
    if (seconds === undefined) return await new Promise<never>(() => {});
    const outcome = await Promise.race([
      this.#ready.promise.then(() => "ready" as const),
      new Promise<"late">((resolve) => {
        this.#timeout = setTimeout(() => resolve("late"), seconds * 1000);
      }),
    ]);
    const lines = outcome === "ready" ? this.#summary() : this.#reasons(seconds);
    this.#options.screen.print(lines);
    return outcome === "ready" ? 0 : 1;
  }

  /** Something changed: looks again. */
  update(): void {
    const { screen, state, guide } = this.#options;
    const now = state();
    const seconds = this.#seconds();
    const changes = changesBetween(this.#before ?? { ...now, tenants: [], hubProblem: "" }, now)
      .map((change) => ({ ...change, seconds }));
    this.#before = now;
    this.#changes = [...this.#changes, ...changes].slice(-KEPT_CHANGES);
    if (!screen.live) screen.print(changes.map(changeLine));
    const settled = isSettled(now);
    this.#spin(screen.live && !settled);
    this.#draw(now);
    if (!settled || this.#readyAfter !== undefined) return;
    this.#readyAfter = seconds;
    this.#ready.resolve();
    if (guide.length === 0) return;
    // The frame makes room before the commands come, so that no more scrolls away than must.
    this.#guided = true;
    this.#draw(now);
    screen.print(screen.live ? guide : [...this.#summary(), ...guide]);
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#timeout);
  }

  #draw(state: DemoState): void {
    const { screen, requests, guide } = this.#options;
    if (!screen.live) return;
    const { width, height } = screen.size();
    // The commands stay in sight where the terminal is high enough for them and the smallest view.
    const taken = this.#guided ? rowsOf(guide, width) : 0;
    const least = Math.min(state.tenants.length, LEAST.tenants) + LEAST.besides;
    const below = Math.max(height - taken, Math.min(height, least));
    screen.draw(demoView({
      state,
      changes: this.#changes,
      seconds: this.#seconds(),
      readyAfter: this.#readyAfter,
      requests: requests(),
      turn: this.#turn,
      size: { width, height: below },
    }));
  }

  #spin(moving: boolean): void {
    if (!moving) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.#timer ??= setInterval(() => {
      this.#turn++;
      if (this.#before !== undefined) this.#draw(this.#before);
    }, TURN_MS);
  }

  #seconds(): number {
    return (this.#options.now() - this.#start) / 1000;
  }

  #summary(): Line[] {
    const { rows, nodes, resources } = countsOf(this.#options.state());
    const requests = this.#options.requests();
    const text = `${counted(rows, "row")} → ${counted(nodes, "node")} → ${counted(resources, "resource")}, ` +
      `all Ready in ${seconds1(this.#readyAfter ?? this.#seconds())} with ${counted(requests, "request")}`;
    return [[], [span("  "), span("✓", "good"), span(` ${text}`, "bold")], []];
  }

  #reasons(seconds: number): Line[] {
    const reasons = unsettled(this.#options.state());
    return [
      [],
      [span("  "), span("✗", "bad"), span(` not every node is Ready after ${seconds} s:`, "bold")],
      ...reasons.map((reason): Line => [span(`    ${reason}`)]),
      [],
    ];
  }
}

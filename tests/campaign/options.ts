import type { CampaignOptions } from "./campaign.ts";

/** What the environment asks for, else what is given. */
export function campaignOptions(
  unless: { readonly seed: number; readonly steps: number },
): Pick<CampaignOptions, "seed" | "steps" | "only" | "skipped" | "fleets" | "patience"> {
  const only = Deno.env.get("CAMPAIGN_ONLY");
  return {
    seed: Number(Deno.env.get("CAMPAIGN_SEED") ?? unless.seed),
    steps: Number(Deno.env.get("CAMPAIGN_STEPS") ?? unless.steps),
    only: only === undefined ? undefined : Number(only),
    skipped: (Deno.env.get("CAMPAIGN_SKIP") ?? "").split(",").filter((text) => text !== "").map(Number),
    fleets: Number(Deno.env.get("CAMPAIGN_FLEETS") ?? 8),
    // What failed is tried again within a minute, and then everybody has to look at it.
    patience: Number(Deno.env.get("CAMPAIGN_PATIENCE") ?? 120),
  };
}

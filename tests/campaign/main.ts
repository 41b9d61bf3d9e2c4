/**
 * `deno task campaign`: 20,000 steps unless CAMPAIGN_STEPS says how many, from CAMPAIGN_SEED on. Prints figures
 * and failures as they come; exit code 1 where there is one. CAMPAIGN_ONLY=N plays round N of a seed alone.
 */
import { runCampaign } from "./campaign.ts";
import { campaignOptions } from "./options.ts";
import type { Figures } from "./round.ts";

function line({ tried, accepted, refused, compared, rounds }: Figures): string {
  return `${tried} steps, ${accepted} accepted, ${refused} refused, ${compared} compared, ${rounds} times back to the seed`;
}

async function main(): Promise<number> {
  const options = campaignOptions({ seed: Math.floor(Math.random() * 2 ** 31), steps: 20_000 });
  console.log(`CAMPAIGN_SEED=${options.seed}`);
  const { figures, failures } = await runCampaign({
    ...options,
    mostFailures: 20,
    onFailure: (failure) => console.error(`\n${failure}`),
    onRound: (figures) => {
      if (figures.rounds % 20 === 0) console.log(line(figures));
    },
  });
  console.log(`${line(figures)}, ${failures.length} failures`);
  return failures.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());

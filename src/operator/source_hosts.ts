/** Among `--source-hosts`: any host but those that have to be named. */
export const ANY_HOST = "*";

/** Where the URL names none, that of its scheme. */
export function apiServerPort(url: URL): number {
  return Number(url.port || (url.protocol === "https:" ? 443 : 80));
}

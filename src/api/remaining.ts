/** How many are left, in two digits: a count that is written to a status for every single one would be written too often. */
export function remaining(count: number): string {
  if (count < 100) return String(count);
  const step = 10 ** (String(count).length - 2);
  return `about ${Math.ceil(count / step) * step}`;
}

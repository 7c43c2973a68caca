/**
 * Round numbers along an axis.
 */

/**
 * @param {number} low
 * @param {number} high
 * @param {number} about how many
 * @returns {number[]}
 */
export function ticks(low, high, about) {
  const rough = (high - low) / Math.max(1, about);
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? 10 * power;
  const out = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i += 1) out.push(Number((i * step).toPrecision(12)));
  return out;
}

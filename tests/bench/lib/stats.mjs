// Medians and quartiles: a mean would be that of the machine's other work.

/** The value below which this share of `values` is. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [low, high] = [Math.floor(place), Math.ceil(place)];
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}

export const median = (values) => quantile(values, 0.5);

/** What is told of repeated measurements. */
export function summary(values) {
  return { median: median(values), q1: quantile(values, 0.25), q3: quantile(values, 0.75), n: values.length };
}

/** How many times `base` the values are; each round's own ratio, so that both had the same machine. */
export function ratio(values, base) {
  return median(values.map((value, round) => value / base[round]));
}

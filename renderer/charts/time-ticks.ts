const stepsSeconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200]

/** Round times between two others (all in s), at most `most` of them, on multiples of 1, 2, 5, 10, 15 or 30 s or min. */
export function timeTicks(from: number, to: number, most: number): number[] {
  const step = stepsSeconds.find((candidate) => (to - from) / candidate <= most) ?? 14_400
  const ticks: number[] = []
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick)
  return ticks
}

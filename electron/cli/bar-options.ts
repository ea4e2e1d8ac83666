/** How a progress bar is drawn at the foot of the terminal, and gone when its work is over. */
export const barOptions = {
  fps: 5,
  forceRedraw: true,
  hideCursor: true,
  clearOnComplete: true,
  gracefulExit: false,
  emptyOnZero: true,
} as const

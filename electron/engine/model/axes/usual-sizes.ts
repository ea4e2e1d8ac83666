/** Usual sizes, by what a dimension counts. */
export const usual = {
  /** Side of a picture, in pixels: what classifiers are trained on. */
  side: 224,
  /** Width of a line of text in a picture, in pixels, at a height of 32 to 64. */
  lineWidth: 320,
  colours: 3,
  tokens: 128,
  /** One second at 16 kHz. */
  audio: 16_000,
  /** Frames of a video. */
  videoFrames: 16,
  /** Steps of a time series, or frames of a spectrogram. */
  steps: 128,
} as const

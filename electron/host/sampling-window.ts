import type { HostMessage, HostRequest } from '../contract/host-protocol.ts'

type SampleRequest = Extract<HostRequest, { request: 'sample' }>

/** A stretch of samples that can be told to end. */
export interface SamplingWindow {
  /** Takes effect after the sample that is running. */
  end(): void
  /** Wall time from the beginning of the first sample to the end of the last, in ms; rejects with what `run` threw. */
  readonly windowMs: Promise<number>
}

/**
 * Calls `run` over and over, timing each call with `performance.now`. Between two calls nothing happens but reading the
 * clock; every `reportEveryMs` the samples since the last report are sent. Each call of ONNX Runtime's `run` for Node
 * takes a turn of the event loop, so that requests are seen between any two samples.
 */
export function openWindow(
  request: SampleRequest,
  run: () => Promise<unknown>,
  send: (message: HostMessage) => Promise<void>,
): SamplingWindow {
  const { phase, maximumMs, reportEveryMs } = request
  let ending = false

  async function sample(): Promise<number> {
    let samplesMs: number[] = []
    const began = performance.now()
    let reported = began
    let ended: number
    do {
      const before = performance.now()
      await run()
      ended = performance.now()
      samplesMs.push(ended - before)
      if (ended - reported >= reportEveryMs) {
        void send({ message: 'samples', phase, samplesMs, elapsedMs: ended - began })
        samplesMs = []
        reported = ended
      }
    } while (!ending && ended - began < maximumMs)
    if (samplesMs.length > 0) void send({ message: 'samples', phase, samplesMs, elapsedMs: ended - began })
    return ended - began
  }

  return {
    end: () => {
      ending = true
    },
    windowMs: sample(),
  }
}

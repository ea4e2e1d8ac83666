import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { InferenceSession, OnnxValue } from 'onnxruntime-node'
import type { HostRequest } from '../contract/host-protocol.ts'
import type { Feeds } from './runtime.ts'

/** How often and for how long a model is run under the profiler. */
export type ProfileLimits = Pick<
  Extract<HostRequest, { request: 'profile' }>,
  'warmups' | 'runs' | 'maximumMs'
>

/** The folder that a profile is to be written to: ONNX Runtime writes nothing, and says nothing, where there is none. */
export async function makeProfileFolder(profilePrefix: string): Promise<void> {
  await mkdir(dirname(profilePrefix), { recursive: true })
}

/**
 * Runs `warmups` times and then `runs` times, and ends the profile, so that it is on the disk. At the time limit (in ms,
 * from the first run) it goes no further, but at least one warm-up and one run are made.
 */
export async function runProfiled(
  session: InferenceSession,
  run: () => Promise<InferenceSession.OnnxValueMapType>,
  { warmups, runs, maximumMs }: ProfileLimits,
): Promise<{ runs: number; outputBytes: number }> {
  if (typeof session.endProfiling !== 'function')
    throw new Error('This version of ONNX Runtime for Node has no profiler.')
  const end = performance.now() + maximumMs
  for (let done = 0; done < warmups && (done === 0 || performance.now() < end); done += 1) await run()
  let results = await run()
  let done = 1
  while (done < runs && performance.now() < end) {
    results = await run()
    done += 1
  }
  session.endProfiling()
  return { runs: done, outputBytes: bytesOf(Object.values(results)) }
}

export function feedBytes(feeds: Feeds): number {
  return bytesOf(Object.values(feeds))
}

/** Strings count as nothing: they are never copied to a device. */
function bytesOf(values: readonly OnnxValue[]): number {
  return values.reduce((sum, { data }) => sum + (ArrayBuffer.isView(data) ? data.byteLength : 0), 0)
}

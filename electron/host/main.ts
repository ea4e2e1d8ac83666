import * as v from 'valibot'
import { HostRequestSchema } from '../contract/host-protocol.ts'
import { parentChannel } from './parent-channel.ts'
import { SessionHost } from './session-host.ts'

const channel = parentChannel()
if (channel === undefined) {
  console.error('The session host is started by Batchscope, not by hand.')
  process.exit(2)
}

const host = new SessionHost(channel)
channel.onRequest((request) => {
  const parsed = v.safeParse(HostRequestSchema, request)
  if (!parsed.success) {
    console.error(`The session host was sent something that is no request: ${v.summarize(parsed.issues)}`)
    process.exit(2)
  }
  void host.handle(parsed.output)
})
void channel.send({ message: 'ready', clock: 'performance.now' })

import { systemClock } from '@plimsoll/connector-kit'

/** How long a process without its parent may take to end in order: its database may be gone as well. */
const IN_ORDER_MS = 5_000

/**
 * A process that another one of ours started, with a channel to it, ends once that one is gone: killed, it can ask nobody
 * to stop, and its hubs and simulators would go on for ever. Does nothing for a process that was started by hand.
 */
export function endWithParent(): void {
  const { channel } = process
  if (channel === undefined) return
  process.once('disconnect', async () => {
    process.kill(process.pid, 'SIGTERM')
    await systemClock.sleep(IN_ORDER_MS)
    process.exit(1)
  })
  // It is for this alone, and keeps nothing running.
  channel.unref()
}

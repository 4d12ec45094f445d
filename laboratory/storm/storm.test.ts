// A short storm, so that `npm test` meets it; `npm run storm` blows for as long as asked.
import { expect, test } from 'vitest'
import { childEnvironment } from '../../apps/hub/src/configuration.ts'
import { isGood, runStorm } from './storm.ts'

/** Starting eight processes takes as long as the storm, and far longer where the machine is busy. */
const MS_MAX = 240_000

test(
  'I1, I3, I4, I5, I6, I11: hold while hubs, the database and the network between are killed, frozen and cut',
  async () => {
    const told: string[] = []
    const result = await runStorm({
      seed: 5,
      minutes: 0.2,
      processes: 3,
      platforms: ['shopify', 'woocommerce', 'shopify'],
      ordersPerSecond: 4,
      guaranteedEvery: 30,
      meanGapMs: 900,
      // Half-open connections to a platform cost its own time-outs, up to a minute: a longer storm has them.
      kinds: [
        'hub-kill',
        'hub-freeze',
        'hub-stop',
        'backend-kill',
        'backend-freeze',
        'server-kill',
        'link-cut',
        'link-delay',
        'link-held',
      ],
      settleMsMax: 120_000,
      environment: childEnvironment(),
      onLog: () => undefined,
      say: (line) => told.push(line),
      signal: new AbortController().signal,
    })
    expect(isGood(result), `${told.join('\n')}\n${JSON.stringify(result, null, 1)}`).toBe(true)
    expect(result.ordersApplied).toBe(result.ordersPlaced)
    expect(result.ordersPlaced).toBeGreaterThan(10)
    expect(result.kills).toBeGreaterThan(0)
    expect(result.processes.unclearStarts).toEqual([])
  },
  MS_MAX,
)

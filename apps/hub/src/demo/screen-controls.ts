import type { DemoState, FaultSwitches } from '@plimsoll/client'
import { z } from 'zod'
import type { DemoControls } from '../http/demo-routes.ts'
import { createShopControl } from './control.ts'
import { NO_FAULTS, toFaultSettings } from './fault-switches.ts'

const shops = z.array(z.object({ connectionId: z.string(), name: z.string(), url: z.url() }))

/** What the hub process of the demo is told about its simulated shops, as JSON on its command line. */
export type DemoShops = z.infer<typeof shops>

/** The demo's switches for the screen: they set the faults of every simulated shop. */
export function createDemoControls(json: string): DemoControls {
  const known = shops.parse(JSON.parse(json))
  let faults: FaultSwitches = NO_FAULTS
  const state = async (): Promise<DemoState> => ({
    storefronts: known.map(({ connectionId, name, url }) => ({ connectionId, name, url: `${url}/shop` })),
    faults,
  })
  return {
    state,
    setFaults: async (wanted) => {
      await Promise.all(known.map(({ url }) => createShopControl(url).setFaults(toFaultSettings(wanted))))
      faults = wanted
      return await state()
    },
  }
}

import { type DemoState, type FaultSwitches, faultSwitches } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { ApiProblem } from './problem.ts'
import type { ServerContext } from './server.ts'

/** What the demo offers on screen; absent in every other run. */
export type DemoControls = {
  state(): Promise<DemoState>
  setFaults(faults: FaultSwitches): Promise<DemoState>
}

/** GET /demo, PUT /demo/faults: only while the demo runs. */
export function demoRoutes(hub: ServerContext): FastifyPluginAsync {
  const controls = () => {
    if (hub.demo === undefined) throw new ApiProblem('not-found', 'This hub does not run the demo.')
    return hub.demo
  }
  return async (app) => {
    app.get('/demo', async () => controls().state())
    app.put('/demo/faults', async (request) => controls().setFaults(faultSwitches.parse(request.body)))
  }
}

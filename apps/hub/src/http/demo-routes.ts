import { type DemoState, demoState, type FaultSwitches, faultSwitches } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { ApiProblem } from './problem.ts'
import { addRoute } from './route.ts'
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
    addRoute(
      app,
      {
        method: 'GET',
        path: '/demo',
        operation: 'getDemo',
        tag: 'The demo',
        summary: 'Its storefronts and which faults are switched on; not found outside of the demo.',
        answers: { 200: demoState },
        errors: ['not-found'],
      },
      async () => ({ 200: await controls().state() }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/demo/faults',
        operation: 'setDemoFaults',
        tag: 'The demo',
        summary: 'Switches faults of the simulated shops; not found outside of the demo.',
        body: faultSwitches.meta({}),
        answers: { 200: demoState },
        errors: ['not-found'],
      },
      async ({ body }) => ({ 200: await controls().setFaults(body) }),
    )
  }
}

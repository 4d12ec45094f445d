import { expect, test } from 'vitest'
import { listConnectorIds, loadConformance, loadConnectors, loadSimulator } from './index.ts'

test('every folder is found as the connector that its manifest names', async () => {
  const connectors = await loadConnectors()
  expect([...connectors.keys()]).toEqual(listConnectorIds())
  for (const [id, connector] of connectors) expect(connector.manifest.id).toBe(id)
  expect(connectors.has('shopify')).toBe(true)
})

test.each(listConnectorIds())(
  'the simulator of %s starts, and its connector accepts what it says to connect with',
  async (id) => {
    const start = await loadSimulator(id)
    const connector = (await loadConnectors()).get(id)
    const running = await start?.()
    try {
      expect(connector?.manifest.settings.safeParse(running?.settings).error).toBeUndefined()
      expect(connector?.manifest.credentials.safeParse(running?.credentials).error).toBeUndefined()
      const page = await fetch(`${running?.url}/shop`)
      expect(page.status).toBe(200)
    } finally {
      await running?.close()
    }
  },
)

test('there is no simulator for a platform that nobody connected', async () => {
  expect(await loadSimulator('../shopify')).toBeUndefined()
})

test.each(listConnectorIds())('%s says how its conformance suite is started', async (id) => {
  const { setups } = await loadConformance(id)
  for (const { connector } of Object.values(setups)) expect(connector.manifest.id).toBe(id)
})

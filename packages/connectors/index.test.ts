import { expect, test } from 'vitest'
import { listConnectorIds, loadConnectors, loadSimulator } from './index.ts'

test('every folder is found as the connector that its manifest names', async () => {
  const connectors = await loadConnectors()
  expect([...connectors.keys()]).toEqual(listConnectorIds())
  for (const [id, connector] of connectors) expect(connector.manifest.id).toBe(id)
  expect(connectors.has('shopify')).toBe(true)
})

test('a simulator starts from its id, and its connector accepts what it says to connect with', async () => {
  const start = await loadSimulator('shopify')
  const connector = (await loadConnectors()).get('shopify')
  const running = await start?.()
  try {
    expect(connector?.manifest.settings.safeParse(running?.settings).success).toBe(true)
    expect(connector?.manifest.credentials.safeParse(running?.credentials).success).toBe(true)
  } finally {
    await running?.close()
  }
})

test('there is no simulator for a platform that nobody connected', async () => {
  expect(await loadSimulator('../shopify')).toBeUndefined()
})

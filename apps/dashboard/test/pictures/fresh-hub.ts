/** A first shop on a fresh hub, connected and imported, with items that some of its listings are like. */
export async function prepareFreshHub(base: string, shopUrl: string): Promise<void> {
  const ask = async <Answer>(method: string, route: string, body?: object): Promise<Answer> => {
    const answer = await fetch(`${base}/api/v1${route}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Answer
  }
  const { rows } = await ask<{ rows: unknown[] }>('GET', '/connections')
  if (rows.length > 0) return
  await ask('POST', '/locations', { code: 'MAIN', name: 'Main warehouse', kind: 'warehouse' })
  const made = await ask<{ connectionId: string }>('POST', '/connections', {
    connector: 'woocommerce',
    name: 'Harbour shop',
    location: 'MAIN',
    settings: { url: shopUrl },
    credentials: {
      consumerKey: 'ck_plimsollsimulator',
      consumerSecret: 'cs_plimsollsimulator',
      webhookSecret: 'plimsollsimulator00',
    },
  })
  await ask('POST', `/connections/${made.connectionId}/import`)
  const waiting = await ask<{ rows: { sku: string; title: string }[] }>(
    'GET',
    '/mapping/listings?state=waiting&limit=50',
  )
  // A third differs by a dash, a third is like by its title alone, and a third is like none.
  const items = waiting.rows.flatMap(({ sku, title }, nth) => {
    if (nth % 3 === 0) return [{ sku: `${sku.slice(0, 3)}-${sku.slice(3)}`, name: title, quantity: 12 + nth }]
    return nth % 3 === 1 ? [{ sku: `HB-${100 + nth}`, name: `${title}, boxed`, quantity: 20 + nth }] : []
  })
  await ask('POST', '/items', { name: 'screenshots', items })
  await ask('POST', '/mapping/look')
}

import type { DemoShop } from './brand.ts'

/** What the person who started the demo is told once it runs. */
export function introduction(
  url: string,
  shops: readonly DemoShop[],
  { seconds, timeScale }: { seconds: number | undefined; timeScale: number },
): string {
  return [
    '',
    `Plimsoll is running. One brand, one warehouse, ${shops.length} shops that sell the same stock.`,
    '',
    `  Dashboard   ${url}`,
    ...shops.map((shop) => `  Storefront  ${shop.control.url}/shop   ${shop.name}`),
    '',
    'Buy something in one storefront and watch the other’s number fall. Shoppers replay real order history',
    '(UCI Online Retail, CC BY 4.0; opening stock is invented). Switch faults on from the dashboard, or run',
    'npm run demo -- --faults.',
    ...(timeScale > 1
      ? [
          `Hub and platforms live ${timeScale} times as fast as we do: some platforms take minutes over what they do.`,
        ]
      : []),
    seconds === undefined ? 'Ctrl-C stops it.' : `It runs for ${seconds} seconds.`,
    '',
  ].join('\n')
}

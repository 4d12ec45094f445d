import type { Words } from '../form.ts'

/**
 * How settings name shipping products: `CODE` for every warehouse, `WAREHOUSE=CODE` for one; with `WISH:` in front only for
 * orders whose customer chose that at the channel, such as `Express: USEA=FEDEX-2DAY`.
 */
export const USUAL_METHOD = /^(?:[^:=]{1,100}:\s*)?(?:[^\s:=]{1,40}=)?[^\s:=]{1,60}$/

type Named = { wish: string | undefined; warehouseCode: string | undefined; code: string }

function parse(method: string): Named {
  const at = method.indexOf(':')
  const rest = method.slice(at + 1).trim()
  const equals = rest.indexOf('=')
  return {
    wish: at < 0 ? undefined : plain(method.slice(0, at)),
    warehouseCode: equals < 0 ? undefined : rest.slice(0, equals),
    code: rest.slice(equals + 1),
  }
}

const plain = (text: string) => text.trim().toLowerCase()

/**
 * The shipping product of an order: the one named for its wish, else the wish where it is a code that the settings name, else
 * the usual one; each for its own warehouse first. A wish is the channel's word (`Standard`), and never taken for a code.
 * Undefined: none is named for it.
 */
export function usualMethodOf(
  methods: readonly string[],
  warehouseCode: string,
  wish?: string,
): string | undefined {
  const named = methods.map(parse)
  const wished = wish === undefined ? undefined : plain(wish)
  const pick = (own: readonly Named[]) =>
    (
      own.find((each) => each.warehouseCode === warehouseCode) ??
      own.find((each) => each.warehouseCode === undefined)
    )?.code
  const isCode = named.some(({ code }) => code === wish?.trim())
  return (
    (wished === undefined ? undefined : pick(named.filter((each) => each.wish === wished))) ??
    (isCode ? wish?.trim() : undefined) ??
    pick(named.filter((each) => each.wish === undefined))
  )
}

/** A sentence for `check()` about warehouses whose orders have none; none where every one has. */
export function methodWarnings(methods: readonly string[], warehouseCodes: readonly string[]): Words[] {
  const without = warehouseCodes.filter((code) => usualMethodOf(methods, code) === undefined)
  if (without.length === 0) return []
  const more = without.length - 5
  const five = without.slice(0, 5).join('、')
  const listedInChinese = more > 0 ? `${five} 等 ${without.length} 个` : five
  const listed = more > 0 ? `${without.slice(0, 5).join(', ')} and ${more} more` : without.join(', ')
  return [
    {
      en: `The settings name no usual shipping product for ${listed}: orders with no wish that is named cannot be sent from there.`,
      zh: `设置中没有为这些仓库指定常用物流产品：${listedInChinese}。未指明物流方式的订单无法从那里发出。`,
    },
  ]
}

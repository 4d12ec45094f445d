import type { Page, Response } from 'playwright-core'
import { enMadeNames } from '../src/locales/en-made-names.ts'

/**
 * Latin words on a page for a reader of Chinese who knows no English. What people and platforms call their things stays as
 * it is, wherever it stands; what the hub says by itself does not.
 */

/** Fields of the API that hold what somebody else called something or wrote. */
const NAMED =
  /^(?:account|operations|.*[hH]eaders|name|.*Name|names|sku|skus|title|company|city|region|addressLines|note|reference|reason|why|supplier|supplierLot|number|code|.*Code|lot|serial|serials|carrier|trackingNumber|address|email|url|path|actor|counter|barcode|barcodes|externalId|value|values|cells|columns|body|request|answer|headers|definition|fileName|search|location|operation|scopes|zone|currency|expression|label|said|message|method|.*Method|service|key|subject|userAgent|organization)$/

/** Of those, what the hub itself or a connector has made up, which is said in Chinese. */
const MADE = new Set([...Object.keys(enMadeNames.madePlace), ...Object.keys(enMadeNames.madeConnector)])

/**
 * Words that are the same in Chinese text: makes, file formats, protocols and what the screens of other products call
 * them; in small letters units, patterns and parts of addresses.
 */
const SAME = new Set(
  [
    // The product, and makes.
    'Plimsoll Shopify WooCommerce Magento Adobe Commerce Amazon eBay Walmart ShipBob ShipHero ShipStation Manhattan',
    'Fulfillment by Slack Teams Microsoft Google Excel OpenAI Chrome Scoot Docker PostgreSQL Active Omni Associates',
    // The mark of the library that draws the map, and its label.
    'React Flow attribution',
    'Prime Seller Central Partner Marketplace Vendor Veeqo',
    // Formats, protocols, abbreviations that are not all capitals.
    // What somebody is signed in with.
    'Linux Windows macOS Android node',
    'Entra Okta Keycloak zip YYYYMMDDHHmmss',
    'JSONata Webhook Webhooks OAuth OpenID Connect Bearer Basic Standard SHA OpenSSH TOTP Authenticator',
    'Ctrl Shift Alt Enter Esc Tab',
    // The other language, in its own name.
    'English',
    // Units and what is written in patterns.
    'kg cm mm ms ml px min YYYY MM DD HH mm ss id ids utf gb sku csv xlsx json xml ndjson',
  ]
    .join(' ')
    .split(' '),
)

/** What the API has called things since the page was opened. */
export function listenForNames(page: Page): Set<string> {
  const names = new Set<string>()
  page.on('response', (response) => void gather(response, names))
  return names
}

async function gather(response: Response, names: Set<string>): Promise<void> {
  if (!response.url().includes('/api/') || !/json/.test(response.headers()['content-type'] ?? '')) return
  // One that was left halfway, with its page.
  const body: unknown = await response.json().catch(() => undefined)
  collect(body, undefined, names)
}

function collect(value: unknown, field: string | undefined, names: Set<string>): void {
  if (typeof value === 'string') {
    if (field !== undefined && NAMED.test(field) && !MADE.has(value)) names.add(value)
    // Of a movement: its kind, and the reason that a person gave.
    if (field === 'detail') names.add(value.slice(value.indexOf(': ') + 2))
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [key, each] of Object.entries(value)) {
    const isList = Array.isArray(value)
    const inNamed =
      field !== undefined && /^(?:cells|.*[hH]eaders|columns|values|meaning|example)$/.test(field)
    collect(each, isList || inNamed ? field : key, names)
    if (inNamed && !isList) names.add(key)
  }
}

/** Texts with Latin words that are none of these names. */
export async function latinOf(page: Page, names: ReadonlySet<string>): Promise<string[]> {
  const texts = await page.evaluate(() => {
    const found: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement
      if (parent === null || parent.closest('script, style, code, pre, kbd') !== null) continue
      if (parent.closest('option') !== null || parent.checkVisibility())
        found.push(walker.currentNode.nodeValue ?? '')
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
      for (const attribute of ['aria-label', 'title', 'placeholder', 'alt'])
        found.push(element.getAttribute(attribute) ?? '')
    return [...new Set(found)].filter((text) => /[A-Za-z]{2,}/.test(text))
  })
  // A name of a letter or two would be found within words.
  const longest = [...names]
    .filter((name) => name.length > 2 && /[A-Za-z]/.test(name))
    .sort((a, b) => b.length - a.length)
  return texts.flatMap((text) => {
    // A description is shown as somebody wrote it, cut where it is long.
    const said = text.replace(/\{\s*"[\s\S]*$/, ' ')
    const words = wordsIn(longest.reduce((left, name) => left.replaceAll(name, ' '), said))
    return words.length === 0 ? [] : [`${words.join(' ')} ⟵ ${text.trim().slice(0, 160)}`]
  })
}

/** Words that nobody is known to have given; capitals, digits and marks make a code. */
function wordsIn(text: string): string[] {
  return (
    text
      // A command is typed as it is, in any language.
      .replaceAll(/plimsoll [a-z]+/g, ' ')
      // A zone of time.
      .replaceAll(/[A-Z][a-z]+\/[A-Z][A-Za-z_]+/g, ' ')
      // An address, such as an example of a shop's.
      .replaceAll(/[\w-]+\.[\w.-]*[a-z]{2,}/g, ' ')
      .replaceAll(/\S*(?:https?:\/\/|@|\{|_|\/api\/)\S*/g, ' ')
      .split(/[^A-Za-z0-9$.\-']+/)
      .filter((word) => /[a-z]/.test(word) && /[A-Za-z]{2}/.test(word) && !/\d|\$/.test(word))
      .flatMap((word) => word.split(/[.\-']/))
      .filter((word) => /[A-Za-z]{2}/.test(word) && !SAME.has(word))
  )
}

import { Malformed, type WebhookHandling } from '@plimsoll/connector-kit'
import type { Credentials, Settings } from './settings.ts'

/**
 * Magento Open Source and Mage-OS send no webhooks; the events of Adobe Commerce need an application of the merchant's in
 * Adobe's console. The hub polls, and trusts nobody who says to be this shop.
 */
export const webhooks: WebhookHandling<Settings, Credentials> = {
  verify: () => false,
  parse() {
    throw new Malformed('Magento sends no webhooks.', '', false)
  },
  personalDataKeys: [
    'billing_address',
    'customer_email',
    'customer_firstname',
    'customer_lastname',
    'remote_ip',
  ],
}

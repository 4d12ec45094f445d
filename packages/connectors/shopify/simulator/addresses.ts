import type { Recipient } from '@plimsoll/connector-kit'

/** A buyer as GraphQL shows them, and as webhook bodies do. */

type Parts = ReturnType<typeof partsOf>

function partsOf(to: Recipient) {
  const at = to.name.lastIndexOf(' ')
  return {
    firstName: at === -1 ? null : to.name.slice(0, at),
    lastName: to.name.slice(at + 1),
    name: to.name,
    company: to.company ?? null,
    address1: to.addressLines[0] ?? null,
    address2: to.addressLines.slice(1).join(', ') || null,
    city: to.city,
    // Shopify knows the codes of the regions that it knows; of others it keeps what was typed.
    province: to.region ?? null,
    provinceCode: to.region !== undefined && /^[A-Z]{2,3}$/.test(to.region) ? to.region : null,
    zip: to.postalCode ?? null,
    country: to.country,
    phone: to.phone ?? null,
  }
}

export function mailingAddress(orderId: number, to: Recipient) {
  const { country, ...parts } = partsOf(to)
  return {
    __typename: 'MailingAddress',
    id: `gid://shopify/MailingAddress/${orderId}?model_name=Address`,
    ...parts,
    countryCodeV2: country,
  }
}

export function buyerBody(to: Recipient | undefined): object {
  if (to === undefined)
    return {
      email: '',
      contact_email: null,
      phone: null,
      customer: null,
      shipping_address: null,
      shipping_lines: [],
    }
  const parts = partsOf(to)
  const address = addressBody(parts)
  const { email = null, phone = null } = to
  return {
    email: email ?? '',
    contact_email: email,
    phone,
    customer: {
      id: 1,
      first_name: parts.firstName,
      last_name: parts.lastName,
      email,
      phone,
      default_address: address,
    },
    billing_address: address,
    shipping_address: address,
    shipping_lines: [{ id: 1, title: 'Standard', code: 'standard', phone: null }],
  }
}

function addressBody(parts: Parts): object {
  return {
    first_name: parts.firstName,
    last_name: parts.lastName,
    name: parts.name,
    company: parts.company,
    address1: parts.address1,
    address2: parts.address2,
    city: parts.city,
    province: parts.province,
    province_code: parts.provinceCode,
    zip: parts.zip,
    country: parts.country,
    country_code: parts.country,
    phone: parts.phone,
    latitude: null,
    longitude: null,
  }
}

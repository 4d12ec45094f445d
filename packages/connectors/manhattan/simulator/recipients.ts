import type { Recipient } from '@plimsoll/connector-kit'
import { z } from 'zod'

const text = z.string().min(1)
export const address = z.object({
  FirstName: text,
  LastName: z.string().optional(),
  Address1: text,
  Address2: z.string().optional(),
  Address3: z.string().optional(),
  City: text,
  State: z.string().optional(),
  PostalCode: z.string().optional(),
  Country: text.length(2),
  Phone: z.string().optional(),
  Email: z.string().optional(),
})

export function toRecipient(given: z.infer<typeof address>): Recipient {
  return {
    name: [given.FirstName, given.LastName].filter((each) => each !== undefined).join(' '),
    company: undefined,
    addressLines: [given.Address1, given.Address2, given.Address3].filter((each) => each !== undefined),
    city: given.City,
    region: given.State,
    postalCode: given.PostalCode,
    country: given.Country,
    phone: given.Phone,
    email: given.Email,
  }
}

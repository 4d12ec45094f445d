import { z } from 'zod'

/** Texts with places for what is only known at the call: `/items/{stockUnitId}`. */

/** All that any request may know. Which of them are there depends on the request; README.md says it. */
const NAMES = [
  'id',
  'stockUnitId',
  'stockUnitIds',
  'locationId',
  'quantity',
  'writeId',
  'since',
  'orderId',
  'shipmentId',
  'user',
] as const
export type Values = Partial<Record<(typeof NAMES)[number], string>>

const PLACE = /\{([^{}]*)\}/g

export const template = z
  .string()
  .min(1)
  .max(2_000)
  .superRefine((text, context) => {
    for (const [, name = ''] of text.matchAll(PLACE)) {
      if (isName(name)) continue
      context.addIssue({
        code: 'custom',
        message: `there is no {${name}}; there are ${NAMES.map((each) => `{${each}}`).join(', ')}`,
      })
    }
  })

/**
 * @param encode how a value is written where the text stands: a slash in an id must not become one of the path
 * @throws TypeError where the request does not know a value: a mistake of the definition that its tests show
 */
export function fill(
  text: string,
  values: Values,
  encode: (value: string) => string = (value) => value,
): string {
  return text.replaceAll(PLACE, (_whole, name: string) => {
    const value = isName(name) ? values[name] : undefined
    if (value === undefined) throw new MissingValue(`{${name}} is not known in "${text}"`)
    return encode(value)
  })
}

export class MissingValue extends Error {}

function isName(name: string): name is (typeof NAMES)[number] {
  return NAMES.some((each) => each === name)
}

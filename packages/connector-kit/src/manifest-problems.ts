import { z } from 'zod'
import type { Connector } from './contract.ts'
import { formOf } from './form.ts'

/**
 * What is wrong with a connector's manifest, as far as it shows without a call: TypeScript tells an author most of it,
 * one who writes JavaScript nothing.
 * @returns sentences with the field first; empty where nothing is
 */
export function manifestProblems(connector: Connector): string[] {
  const parsed = manifestShape.safeParse(connector.manifest)
  if (!parsed.success)
    return parsed.error.issues.map(
      ({ path, message }) => `manifest.${path.map(String).join('.')}: ${message}.`,
    )
  return [...formProblems(connector), ...budgetProblems(connector)]
}

const wholeNumber = z.int().min(0)
const text = z.string().min(1)
const words = z.object({ en: text, zh: z.string().regex(/\p{Script=Han}/u, 'say it in Chinese too') })

const manifestShape = z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/, 'use 2 to 40 small letters, digits and hyphens'),
  name: text,
  kind: z.enum(['channel', 'warehouse', 'erp']),
  colour: z.string().regex(/^#[0-9a-f]{6}$/i, 'write it as #336699'),
  regions: z.array(text).min(1),
  capabilities: z.object({
    multiLocation: z.boolean(),
    writeStyle: z.enum(['compare-and-set', 'absolute', 'counts-open-orders', 'delta']),
    proof: z.enum(['echo', 'outcome-later', 'read-back']),
    allOrNothing: z.boolean(),
    batchMax: z.int().min(1),
    quantityMax: z.int().min(1),
    webhooks: z.array(text),
    tracking: z.boolean(),
    cancel: z.union([z.literal(false), z.enum(['order', 'lines'])]),
    latestEffectMs: wholeNumber,
    visibilityLagMs: wholeNumber,
    facts: z.array(z.object({ fact: text, source: text, verified: z.boolean() })),
    notPossible: z.array(z.object({ what: words, why: words })).optional(),
    penalties: z.array(z.object({ counts: words, source: text, verified: z.boolean() })).optional(),
  }),
  personalData: z
    .object({
      endedDaysMax: wholeNumber.optional(),
      unsentDaysMax: wholeNumber.optional(),
      demands: words,
      source: text,
      verified: z.boolean(),
    })
    .optional(),
  budgets: z.array(z.object({ kind: text, name: text })),
})

function formProblems({ manifest, grant }: Connector): string[] {
  const schemas = { settings: manifest.settings, credentials: manifest.credentials, needs: grant?.needs }
  return Object.entries(schemas).flatMap(([name, schema]) => {
    if (schema === undefined) return name === 'needs' ? [] : [`manifest.${name}: give a Zod schema.`]
    try {
      formOf(schema)
      return []
    } catch (error) {
      return [`manifest.${name}: ${error instanceof Error ? error.message : String(error)}.`]
    }
  })
}

function budgetProblems({ manifest }: Connector): string[] {
  const names = manifest.budgets.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  return twice === undefined ? [] : [`manifest.budgets: two are called "${twice}".`]
}

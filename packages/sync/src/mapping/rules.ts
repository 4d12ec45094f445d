import {
  type Evaluated,
  ExpressionProblem,
  evaluate,
  expression,
  expressionInChinese,
} from '@plimsoll/connector-kit/expressions'
import { z } from 'zod'
import type { Ruled } from './suggest.ts'

/**
 * A rule of a connection: an expression that makes the SKU of an item, and how many base units one listing sells, of what
 * the listing says. It is asked in its place among the others; the first that says something that is an item wins.
 */
export const mappingRule = z.strictObject({
  name: z.string().trim().min(1, 'give the rule a name').max(100),
  expression,
  how: z
    .enum(['suggest', 'automatic', 'off'])
    .default('suggest')
    .describe('`automatic`: new listings are tied by it, where nothing speaks against it.'),
})
export type MappingRule = z.output<typeof mappingRule>

export const RULES_MAX = 30

/** What a rule is asked about. */
export type RuleSample = { sku: string | null; barcode: string | null; title: string; externalId: string }

/** What a rule says of one listing. */
export type RuleAnswer =
  | { kind: 'says'; sku: string; unitsPerListing: number }
  | { kind: 'nothing' }
  | { kind: 'problem'; problem: string }

const said = z.union([
  z.string().transform((sku) => ({ sku, units: 1 })),
  z.object({ sku: z.string(), units: z.int().min(1).max(100_000).default(1) }),
])

/**
 * Runs one rule over listings, in the thread for expressions that nobody here wrote: with limits of time, depth and memory,
 * and nothing of the hub within reach.
 * @param now milliseconds: what `$now()` says
 * @returns an answer for each, in their order; one that could not be run at all answers a problem for each
 */
export async function askRule(
  text: string,
  samples: readonly RuleSample[],
  { now, timeoutMs }: { now: number; timeoutMs?: number | undefined },
): Promise<RuleAnswer[]> {
  try {
    const inputs = samples.map(({ sku, barcode, title, externalId }) => ({
      sku: sku ?? undefined,
      barcode: barcode ?? undefined,
      title,
      externalId,
    }))
    const limits = timeoutMs === undefined ? {} : { timeoutMs }
    return (await evaluate({ expression: text, inputs, now, ...limits })).map(toAnswer)
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error
    return samples.map(() => ({ kind: 'problem', problem: error.message }))
  }
}

const NO_SKU = 'it makes neither a SKU nor an object with sku and units (a whole number from 1)'

/** What a rule cannot be asked for, in Chinese. @param problem as `askRule` answers it */
export function ruleProblemInChinese(problem: string): string {
  if (problem === NO_SKU) return '结果既不是 SKU，也不是含 sku 和 units（从 1 起的整数）的对象'
  return expressionInChinese(problem) ?? `表达式有误（“${problem}”）`
}

function toAnswer(evaluated: Evaluated): RuleAnswer {
  if ('problem' in evaluated) return { kind: 'problem', problem: evaluated.problem }
  const { value } = evaluated
  if (value === undefined || value === null || value === '' || value === false) return { kind: 'nothing' }
  const read = said.safeParse(value)
  if (!read.success)
    return {
      kind: 'problem',
      problem: NO_SKU,
    }
  const sku = read.data.sku.trim()
  return sku === '' ? { kind: 'nothing' } : { kind: 'says', sku, unitsPerListing: read.data.units }
}

/**
 * Asks the rules one after the other, each about those of which no rule before it named an item.
 * @param isItem whether there is an item with a SKU
 * @returns for each listing what was said, or undefined; and the rules that could not be run, with why
 */
export async function askRules(
  rules: readonly MappingRule[],
  samples: readonly RuleSample[],
  { now, isItem }: { now: number; isItem(sku: string): boolean },
): Promise<{ answers: (Ruled | undefined)[]; problems: Map<string, string> }> {
  const answers: (Ruled | undefined)[] = samples.map(() => undefined)
  const problems = new Map<string, string>()
  for (const { name, expression: text, how } of rules) {
    if (how === 'off') continue
    const open = samples.flatMap((sample, nth) => (answers[nth] === undefined ? [{ sample, nth }] : []))
    if (open.length === 0) break
    const said = await askRule(
      text,
      open.map(({ sample }) => sample),
      { now },
    )
    for (const [at, { nth }] of open.entries()) {
      const answer = said[at]
      if (answer?.kind === 'problem') problems.set(name, answer.problem)
      if (answer?.kind !== 'says' || !isItem(answer.sku)) continue
      const { sku, unitsPerListing } = answer
      answers[nth] = { rule: name, sku, unitsPerListing }
    }
  }
  return { answers, problems }
}

import { expect, test } from 'vitest'
import { type ConnectionEvent, type ConnectionStatus, decideConnectionStep } from './connection-state.ts'

const statuses = {
  draft: { state: 'draft', pauseReasons: [], resumeState: undefined },
  shadow: { state: 'shadow', pauseReasons: [], resumeState: undefined },
  live: { state: 'live', pauseReasons: [], resumeState: undefined },
  'paused from live (a)': { state: 'paused', pauseReasons: ['a'], resumeState: 'live' },
  'paused from shadow (a)': { state: 'paused', pauseReasons: ['a'], resumeState: 'shadow' },
  'paused from live (a, b)': { state: 'paused', pauseReasons: ['a', 'b'], resumeState: 'live' },
} as const satisfies Record<string, ConnectionStatus>

const events = {
  imported: { kind: 'imported' },
  'go-live': { kind: 'go-live' },
  'pause a': { kind: 'pause', reason: 'a' },
  'pause b': { kind: 'pause', reason: 'b' },
  'resume a': { kind: 'resume', reason: 'a' },
  'resume b': { kind: 'resume', reason: 'b' },
  'resume all': { kind: 'resume', reason: 'all' },
} as const satisfies Record<string, ConnectionEvent>

type Name = keyof typeof statuses
type Outcome =
  | Name
  | 'same'
  | 'refused'
  | 'paused from live (b)'
  | 'paused from shadow (a, b)'
  | 'paused from shadow (b)'

// Every state × every event: a new one does not compile until it is decided here.
const table: Record<Name, Record<keyof typeof events, Outcome>> = {
  draft: {
    imported: 'shadow',
    'go-live': 'refused',
    'pause a': 'refused',
    'pause b': 'refused',
    'resume a': 'same',
    'resume b': 'same',
    'resume all': 'same',
  },
  shadow: {
    imported: 'same',
    'go-live': 'live',
    'pause a': 'paused from shadow (a)',
    'pause b': 'paused from shadow (b)',
    'resume a': 'same',
    'resume b': 'same',
    'resume all': 'same',
  },
  live: {
    imported: 'same',
    'go-live': 'same',
    'pause a': 'paused from live (a)',
    'pause b': 'paused from live (b)',
    'resume a': 'same',
    'resume b': 'same',
    'resume all': 'same',
  },
  'paused from live (a)': {
    imported: 'same',
    'go-live': 'refused',
    'pause a': 'same',
    'pause b': 'paused from live (a, b)',
    'resume a': 'live',
    'resume b': 'same',
    'resume all': 'live',
  },
  'paused from shadow (a)': {
    imported: 'same',
    'go-live': 'refused',
    'pause a': 'same',
    'pause b': 'paused from shadow (a, b)',
    'resume a': 'shadow',
    'resume b': 'same',
    'resume all': 'shadow',
  },
  'paused from live (a, b)': {
    imported: 'same',
    'go-live': 'refused',
    'pause a': 'same',
    'pause b': 'same',
    'resume a': 'paused from live (b)',
    'resume b': 'paused from live (a)',
    'resume all': 'live',
  },
}

function nameOf({ state, pauseReasons, resumeState }: ConnectionStatus): string {
  return state === 'paused' ? `paused from ${resumeState} (${pauseReasons.join(', ')})` : state
}

const cases = Object.entries(table).flatMap(([from, row]) =>
  Object.entries(row).map(([event, to]) => [from, event, to] as [Name, keyof typeof events, Outcome]),
)

test.each(cases)('a connection: %s, %s: %s', (from, event, to) => {
  const step = decideConnectionStep(statuses[from], events[event])
  const outcome = step.kind === 'moved' ? nameOf(step.status) : step.kind === 'unchanged' ? 'same' : step.kind
  expect(outcome).toBe(to)
})

test('what is refused says what to do first', () => {
  const drafted = decideConnectionStep(statuses.draft, events['go-live'])
  expect(drafted).toMatchObject({ message: expect.stringContaining('Import its listings first') })
  const paused = decideConnectionStep(statuses['paused from live (a, b)'], events['go-live'])
  expect(paused).toMatchObject({ message: expect.stringContaining('a, b') })
})

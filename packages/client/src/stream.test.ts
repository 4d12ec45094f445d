import { expect, test } from 'vitest'
import {
  decideStream,
  openEventStream,
  type StreamEvent,
  type StreamSource,
  type StreamState,
} from './stream.ts'

const connecting: StreamState = { kind: 'connecting', attempt: 0 }
const open: StreamState = { kind: 'open' }
const waiting: StreamState = { kind: 'waiting', attempt: 1, delayMs: 500 }
const closed: StreamState = { kind: 'closed' }

/** Every state × event, with random = 1 (the whole delay). */
const table: Record<StreamState['kind'], Record<StreamEvent['kind'], StreamState>> = {
  connecting: { opened: open, failed: waiting, due: connecting, closed },
  open: { opened: open, failed: waiting, due: open, closed },
  waiting: { opened: waiting, failed: waiting, due: { kind: 'connecting', attempt: 1 }, closed },
  closed: { opened: closed, failed: closed, due: closed, closed },
}
const states = { connecting, open, waiting, closed }

for (const [stateKind, row] of Object.entries(table)) {
  for (const [eventKind, outcome] of Object.entries(row)) {
    test(`${stateKind} × ${eventKind} → ${outcome.kind}`, () => {
      const state = states[stateKind as StreamState['kind']]
      expect(decideStream(state, { kind: eventKind as StreamEvent['kind'] }, 1)).toEqual(outcome)
    })
  }
}

test('delays double up to a bound, and start again after a success', () => {
  let state: StreamState = connecting
  const delays: number[] = []
  for (let round = 0; round < 8; round++) {
    state = decideStream(state, { kind: 'failed' }, 1)
    if (state.kind === 'waiting') delays.push(state.delayMs)
    state = decideStream(state, { kind: 'due' }, 1)
  }
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
  state = decideStream(state, { kind: 'opened' }, 1)
  expect(decideStream(state, { kind: 'failed' }, 0)).toEqual({ kind: 'waiting', attempt: 1, delayMs: 250 })
})

test('a stream reconnects after an error, ignores the old source, and stays closed', () => {
  const sources: { emit: (name: string, data?: unknown) => void; isClosed: boolean }[] = []
  const due: (() => void)[] = []
  const seen: string[] = []
  const close = openEventStream({
    connect: (): StreamSource => {
      const listeners = new Map<string, (event: MessageEvent<string>) => void>()
      const source = {
        isClosed: false,
        emit: (name: string, data?: unknown) =>
          listeners.get(name)?.(new MessageEvent(name, { data: JSON.stringify(data) })),
      }
      sources.push(source)
      return {
        addEventListener: (name, listener) => listeners.set(name, listener),
        close: () => {
          source.isClosed = true
        },
      }
    },
    schedule: (run) => {
      due.push(run)
      return () => undefined
    },
    random: () => 0,
    onState: (state) => seen.push(state.kind),
    onChanged: (changed) => seen.push(changed.topics.join()),
    onActivity: (rows) => seen.push(`activity ${rows.length}`),
  })
  sources[0]?.emit('open')
  sources[0]?.emit('changed', { topics: ['items'], skus: [] })
  sources[0]?.emit('error')
  expect(sources[0]?.isClosed).toBe(true)
  due[0]?.()
  sources[0]?.emit('changed', { topics: ['tasks'], skus: [] })
  sources[1]?.emit('open')
  sources[1]?.emit('activity', [])
  close()
  sources[1]?.emit('activity', [])
  expect(sources[1]?.isClosed).toBe(true)
  expect(seen).toEqual([
    'connecting',
    'open',
    'items',
    'waiting',
    'connecting',
    'open',
    'activity 0',
    'closed',
  ])
})

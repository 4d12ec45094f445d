import type { ItemDetail } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { type PointerEvent, type ReactNode, useCallback, useState, useSyncExternalStore } from 'react'
import { formatNumber } from '../format.ts'
import { connectionsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { draftMarks, spread } from './load-line.ts'
import { PartStory } from './part-story.tsx'
import { decideShip, isDealt, type Mark, type Ship } from './ship.ts'
import {
  type Beam,
  type Chosen,
  markHeight,
  narrowBeam,
  type PartName,
  placeOf,
  ShipScene,
  scene,
  wideBeam,
} from './ship-scene.tsx'

const labelGap = 28
/** More names than these could not stand beside the hull; all are in the list of the listings. */
const labelsMax = Math.floor((scene.height - 40) / labelGap)

/**
 * The load line of an item: the drawing, the channels' marks beside it, and the names of its parts beneath. Whatever is
 * chosen, by pointer, touch or keyboard, says beneath what it is and why; nothing chosen, the whole is told in words.
 */
export function LoadLineDrawing({ item }: { item: ItemDetail }) {
  const { t, locale } = useLanguage()
  const [chosen, choose] = useState<Chosen>()
  const beam = useIsNarrow() ? narrowBeam : wideBeam
  const colours = useQuery(connectionsQuery).data?.rows ?? []
  const colourOf = (connectionId: string) =>
    colours.find((row) => row.connectionId === connectionId)?.colour ?? 'var(--ink-3)'
  const ship = decideShip(item)
  const shared = { ship, beam, chosen, onChoose: choose }
  return (
    <figure aria-label={t('loadLine.title')}>
      <div className="relative overflow-hidden" style={{ height: `${scene.height}px` }}>
        <ShipScene {...shared} incoming={item.incoming} colourOf={colourOf} />
        <div aria-hidden className="pointer-events-none">
          {ship.wholeUnits > 0 &&
            ship.shortUnits === 0 &&
            draftMarks(ship.wholeUnits, 5)
              .filter((units) => units > 0)
              .map((units) => (
                <span
                  key={units}
                  className="ship-draft"
                  style={{ top: `${placeOf(units, ship)}px`, left: `${beam.left + 6}px` }}
                >
                  {formatNumber(locale, units)}
                </span>
              ))}
        </div>
        {ship.shortUnits > 0 && (
          <p
            className="ship-plate text-red"
            style={{ top: '200px', left: `${beam.left + 10}px`, width: `${beam.width - 20}px` }}
          >
            {t('loadLine.underWater', { n: formatNumber(locale, ship.shortUnits) })}
          </p>
        )}
        {ship.wholeUnits === 0 && ship.shortUnits === 0 && (
          <p
            className="ship-plate text-ink-2"
            style={{ top: '200px', left: `${beam.left + 10}px`, width: `${beam.width - 20}px` }}
          >
            {t('loadLine.nothing')}
          </p>
        )}
        <Marks {...shared} colourOf={colourOf} />
      </div>
      <figcaption>
        <Parts item={item} {...shared} />
        <div aria-live="polite" className="min-h-36 border-t border-line">
          <PartStory item={item} ship={ship} chosen={chosen} />
        </div>
      </figcaption>
    </figure>
  )
}

type Shared = { ship: Ship; beam: Beam; chosen: Chosen; onChoose: (chosen: Chosen) => void }

/** Where each channel's promise ends, as the marks for the seas stand beside the disc on a real hull. */
function Marks({ ship, beam, chosen, onChoose, colourOf }: Shared & { colourOf: (id: string) => string }) {
  const { t, locale } = useLanguage()
  const shown = ship.marks.slice(0, labelsMax)
  // A compartment is named at its middle, a promise where it ends.
  const tops = shown.map((mark) =>
    placeOf(markHeight(isDealt(ship.protection) ? (mark.from + mark.to) / 2 : mark.to, ship), ship),
  )
  const labels = spread(
    tops.map((top) => top - 20),
    labelGap,
    scene.height - 56,
  ).map((top) => top + 20)
  const right = beam.left + beam.width
  return (
    <>
      <svg
        className="pointer-events-none absolute top-0 left-0 overflow-visible"
        width="1"
        height={scene.height}
        aria-hidden="true"
      >
        {shown.map((mark, number) => (
          <path
            key={mark.listingId}
            d={`M${right + 3} ${tops[number]}h9L${right + 20} ${labels[number] ?? 0}h5`}
            fill="none"
            stroke={isChosenMark(chosen, mark) ? 'var(--ink)' : 'var(--ink-2)'}
            strokeWidth={isChosenMark(chosen, mark) ? 2.5 : 1.4}
          />
        ))}
      </svg>
      <ul aria-label={t('loadLine.marks')}>
        {shown.map((mark, number) => (
          <li key={mark.listingId}>
            <button
              type="button"
              aria-pressed={isChosenMark(chosen, mark)}
              {...choosing(() => onChoose({ listingId: mark.listingId }))}
              className="ship-mark"
              style={{ top: `${labels[number]}px`, left: `${right + 26}px` }}
              title={mark.name}
            >
              <b className={`font-semibold ${mark.isBeyond ? 'text-amber' : ''}`}>
                {formatNumber(locale, mark.shown)}
              </b>
              <span
                className="h-3.5 w-1 shrink-0 self-center rounded-sm"
                style={{ background: colourOf(mark.connectionId) }}
                aria-hidden
              />
              <span className="truncate">{mark.name}</span>
            </button>
          </li>
        ))}
      </ul>
      {ship.marks.length > shown.length && (
        <p className="absolute right-3 bottom-1 text-xs text-ink-2">
          {t('loadLine.moreMarks', { n: formatNumber(locale, ship.marks.length - shown.length) })}
        </p>
      )}
    </>
  )
}

function isChosenMark(chosen: Chosen, mark: Mark): boolean {
  return chosen !== undefined && 'listingId' in chosen && chosen.listingId === mark.listingId
}

/** The names of the parts: legend, buttons and text of the drawing in one. */
function Parts({ item, ship, chosen, onChoose }: Shared & { item: ItemDetail }) {
  const { t, locale } = useLanguage()
  const unitsOf = (part: PartName) => {
    const hold = ship.holds.find((each) => each.name === part)
    return hold ? hold.to - hold.from : 0
  }
  const parts: [PartName, number][] = [
    ['short', ship.shortUnits],
    ['reserved', item.reserved],
    ['held', item.held],
    ['free', unitsOf('free')],
    ['clear', unitsOf('clear')],
    ['incoming', item.incoming],
  ]
  const isOn = (part: PartName) => chosen !== undefined && 'part' in chosen && chosen.part === part
  return (
    <ul aria-label={t('loadLine.parts')} className="flex flex-wrap gap-1.5 border-t border-line px-4 py-2.5">
      <Chip isOn={chosen === undefined} onChoose={() => onChoose(undefined)}>
        {t('loadLine.inWords')}
      </Chip>
      {parts
        .filter(([, units]) => units > 0)
        .map(([part, units]) => (
          <Chip key={part} isOn={isOn(part)} onChoose={() => onChoose({ part })}>
            <span className={`ship-key ship-key-${part}`} aria-hidden />
            <span className={part === 'short' ? 'text-red' : ''}>{t(`loadLine.part.${part}`)}</span>
            <b className="font-semibold">{formatNumber(locale, units)}</b>
          </Chip>
        ))}
      {item.protection !== null && (
        <Chip isOn={isOn('protection')} onChoose={() => onChoose({ part: 'protection' })}>
          <span className={ship.protection === 'broken' ? 'text-red' : ''}>
            {item.protection.mode === 'auto' && `${t('protection.modes.auto')}: `}
            {t(`loadLine.is.${ship.protection}`)}
          </span>
        </Chip>
      )}
    </ul>
  )
}

function Chip(props: { isOn: boolean; onChoose: () => void; children: ReactNode }) {
  return (
    <li>
      <button type="button" aria-pressed={props.isOn} className="ship-chip" {...choosing(props.onChoose)}>
        {props.children}
      </button>
    </li>
  )
}

/** By mouse over it, by the keyboard on it, by a tap: a part is chosen in each way that its reader has. */
function choosing(choose: () => void) {
  return {
    onClick: choose,
    onFocus: choose,
    onPointerEnter: (event: PointerEvent) => {
      if (event.pointerType === 'mouse') choose()
    },
  }
}

function useIsNarrow(): boolean {
  const query = '(max-width: 480px)'
  return useSyncExternalStore(
    useCallback((listener: () => void) => {
      const media = matchMedia(query)
      media.addEventListener('change', listener)
      return () => media.removeEventListener('change', listener)
    }, []),
    () => matchMedia(query).matches,
  )
}

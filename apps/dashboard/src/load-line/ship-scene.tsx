import { useId } from 'react'
import { type HoldName, heightOf, isDealt, type Ship } from './ship.ts'

/** Where the drawing stands on its page, in pixels; the sea reaches from edge to edge. */
export const scene = { height: 372, deck: 104, keel: 326, above: 34, bed: 352 } as const
export type Beam = { quay: number; left: number; width: number }
export const wideBeam: Beam = { quay: 50, left: 68, width: 156 }
export const narrowBeam: Beam = { quay: 36, left: 46, width: 116 }

export type PartName = HoldName | 'short' | 'incoming' | 'protection'
export type Chosen = { part: PartName } | { listingId: string } | undefined

/** Of the waves' picture, how much lies above the water's height. */
const wave = 3

/** How high something stands in this drawing. */
export const placeOf = (units: number, ship: Ship) => heightOf(units, ship, scene)

/**
 * The drawing itself: quay, sea, hull and what it carries. It says nothing that the words around it do not say, so it is
 * hidden from those who do not see it; the pointer chooses a part here, the keyboard at the names beside it.
 */
export function ShipScene(props: {
  ship: Ship
  incoming: number
  beam: Beam
  colourOf: (connectionId: string) => string
  chosen: Chosen
  onChoose: (chosen: Chosen) => void
}) {
  const { ship, beam, chosen } = props
  const id = useId()
  const waterline = placeOf(ship.waterUnits, ship)
  const isUnder = ship.shortUnits > 0
  const isAground = ship.wholeUnits === 0 && !isUnder
  const hull = hullPath(beam, 0)
  const pick = (part: PartName) => ({
    onPointerEnter: (event: { pointerType: string }) =>
      event.pointerType === 'mouse' && props.onChoose({ part }),
    onClick: () => props.onChoose({ part }),
  })
  const isChosen = (part: PartName) => chosen !== undefined && 'part' in chosen && chosen.part === part
  return (
    <svg width="100%" height={scene.height} className="ship block" aria-hidden="true">
      <Patterns id={id} beam={beam} />
      {/* The sea, behind everything: the ship has sunk as far as it is loaded. */}
      <g
        className="ship-sea"
        style={{ transform: `translateY(${(isAground ? scene.keel - 4 : waterline) - wave}px)` }}
      >
        <rect y="7" width="100%" height={scene.height} fill="var(--sea-soft)" />
        <rect width="100%" height="8" fill={`url(#${id}wave)`} />
      </g>
      <rect y={scene.bed} width="100%" height={scene.height - scene.bed} fill="var(--line)" />
      <Quay
        id={id}
        beam={beam}
        incoming={props.incoming}
        isChosen={isChosen('incoming')}
        {...pick('incoming')}
      />
      <Mast beam={beam} isUnder={isUnder} />
      <path d={hull} fill="var(--surface)" />
      <g clipPath={`url(#${id}hull)`}>
        {ship.holds.map((hold) => {
          const top = placeOf(hold.to, ship)
          return (
            <rect
              key={hold.name}
              x={beam.left}
              width={beam.width}
              y={top}
              height={placeOf(hold.from, ship) - top}
              fill={fillOf(hold.name, id, isUnder)}
              className="cursor-pointer"
              {...pick(hold.name)}
            />
          )
        })}
        {isDealt(ship.protection) && <Bulkheads {...props} />}
        {isUnder && (
          <rect
            x={beam.left}
            width={beam.width}
            y={scene.deck}
            height={scene.keel - scene.deck}
            fill={`url(#${id}short)`}
            className="cursor-pointer"
            {...pick('short')}
          />
        )}
        {ship.holds.map(
          (hold) =>
            isChosen(hold.name) && (
              <rect
                key={hold.name}
                x={beam.left}
                width={beam.width}
                y={placeOf(hold.to, ship)}
                height={placeOf(hold.from, ship) - placeOf(hold.to, ship)}
                fill="var(--flash)"
                opacity="0.45"
                className="pointer-events-none"
              />
            ),
        )}
      </g>
      <path
        d={hull}
        fill="none"
        stroke={isUnder ? 'var(--red-fill)' : 'var(--hull-side)'}
        strokeWidth="6"
        strokeLinejoin="round"
        strokeDasharray={isAground ? '7 6' : undefined}
        className="pointer-events-none"
      />
      <Deck ship={ship} beam={beam} />
      {isUnder && (
        <g className="pointer-events-none" style={{ transform: `translateY(${waterline - wave}px)` }}>
          <rect y="7" width="100%" height={scene.deck - waterline} fill="var(--sea-fill)" opacity="0.28" />
          <rect width="100%" height="8" fill={`url(#${id}wave)`} />
        </g>
      )}
      <LoadLine ship={ship} beam={beam} />
    </svg>
  )
}

/** A mark is painted on the hull: where the ship is under water, so is it. */
export const markHeight = (units: number, ship: Ship) =>
  ship.shortUnits > 0 ? Math.min(units, ship.wholeUnits) : units

/** Half a ship seen from its bow: straight sides, round bilges, a flat keel. `inset` for what lies within the plating. */
function hullPath({ left, width }: Beam, inset: number): string {
  const [x, right] = [left + inset, left + width - inset]
  const keel = scene.keel - inset
  const bilge = scene.keel - 74
  return `M${x} ${scene.deck}V${bilge}Q${x} ${keel} ${x + width * 0.34} ${keel}H${right - width * 0.34}Q${right} ${keel} ${right} ${bilge}V${scene.deck}Z`
}

function fillOf(name: HoldName, id: string, isUnder: boolean): string {
  if (name === 'reserved') return isUnder ? 'var(--red-fill)' : `url(#${id}crates)`
  if (name === 'held') return `url(#${id}held)`
  return name === 'clear' ? `url(#${id}clear)` : 'var(--surface)'
}

function Patterns({ id, beam }: { id: string; beam: Beam }) {
  const crate = { width: beam.width / 6, height: 15 }
  return (
    <defs>
      <clipPath id={`${id}hull`}>
        <path d={hullPath(beam, 1)} />
      </clipPath>
      <pattern id={`${id}wave`} width="34" height="8" patternUnits="userSpaceOnUse">
        <path d="M0 5Q8.5 0 17 5T34 5V8H0Z" fill="var(--sea-soft)" />
        <path d="M0 5Q8.5 0 17 5T34 5" fill="none" stroke="var(--sea-fill)" strokeWidth="2" />
      </pattern>
      {/* Reserved: boxes, stacked from the keel. */}
      <pattern
        id={`${id}crates`}
        x={beam.left}
        y={scene.keel}
        width={crate.width}
        height={crate.height}
        patternUnits="userSpaceOnUse"
      >
        <rect width={crate.width} height={crate.height} fill="var(--cargo)" />
        <path
          d={`M0 0.5H${crate.width}M0.5 0V${crate.height}`}
          stroke="var(--surface)"
          strokeOpacity="0.55"
          fill="none"
        />
        <path
          d={`M${crate.width * 0.34} 4V11M${crate.width * 0.5} 4V11M${crate.width * 0.66} 4V11`}
          stroke="var(--surface)"
          strokeOpacity="0.22"
        />
      </pattern>
      <pattern
        id={`${id}held`}
        width="9"
        height="9"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect width="9" height="9" fill="var(--line)" />
        <path d="M0 0v9" stroke="var(--ink-3)" strokeWidth="5" />
      </pattern>
      {/* Kept clear: shown by no channel. */}
      <pattern id={`${id}clear`} width="9" height="9" patternUnits="userSpaceOnUse">
        <rect width="9" height="9" fill="var(--surface)" />
        <circle cx="4.5" cy="4.5" r="1.4" fill="var(--line-2)" />
      </pattern>
      <pattern
        id={`${id}short`}
        width="12"
        height="12"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(-45)"
      >
        <path d="M0 0v12" stroke="var(--surface)" strokeOpacity="0.28" strokeWidth="4" />
      </pattern>
    </defs>
  )
}

/** What is on its way waits here, and is not on board: nobody may buy it yet. */
function Quay(props: {
  id: string
  beam: Beam
  incoming: number
  isChosen: boolean
  onPointerEnter: (event: { pointerType: string }) => void
  onClick: () => void
}) {
  const { id, beam, incoming, isChosen, ...pick } = props
  const top = scene.deck - 10
  const size = beam.quay / 2 - 5
  const crates = incoming === 0 ? 0 : Math.min(3, 1 + Math.floor(Math.log10(incoming)))
  return (
    <g {...pick} className={incoming > 0 ? 'cursor-pointer' : ''}>
      <path d={`M0 ${top}H${beam.quay}V${scene.bed}H0Z`} fill="var(--line-2)" />
      <path d={`M0 ${top}H${beam.quay + 5}V${top + 8}H0Z`} fill="var(--ink-3)" />
      <path
        d={`M${beam.quay - 5} ${top + 30}h5M${beam.quay - 5} ${top + 70}h5M${beam.quay - 5} ${top + 110}h5M${beam.quay - 5} ${top + 150}h5`}
        stroke="var(--ink-3)"
        strokeWidth="6"
      />
      {/* The bollard, and the rope that holds the ship. */}
      <path d={`M${beam.quay - 9} ${top}v-8h-3v-4h12v4h-3v8Z`} fill="var(--ink)" />
      <path
        d={`M${beam.quay - 4} ${top - 6}Q${(beam.quay + beam.left) / 2} ${top + 20} ${beam.left + 3} ${scene.deck - 5}`}
        fill="none"
        stroke="var(--ink-2)"
        strokeWidth="1.5"
      />
      {Array.from({ length: crates }, (_, crate) => (
        <rect
          key={crate}
          x={crate === 2 ? 2 + size / 2 : 2 + crate * (size + 1)}
          y={top - size * (crate === 2 ? 2 : 1) + 2 - (crate === 2 ? 1 : 0)}
          width={size - 1}
          height={size - 2}
          fill={`url(#${id}crates)`}
          stroke={isChosen ? 'var(--flash)' : 'var(--ink-2)'}
          strokeWidth={isChosen ? 3 : 1.5}
          strokeDasharray="3 2"
        />
      ))}
    </g>
  )
}

/** A mast with the house flag; under water it is all that is seen. */
function Mast({ beam, isUnder }: { beam: Beam; isUnder: boolean }) {
  const x = beam.left + beam.width * 0.5
  return (
    <g>
      <path d={`M${x} ${scene.deck}V22`} stroke="var(--hull-side)" strokeWidth="3.5" strokeLinecap="round" />
      <path
        d={`M${x} ${scene.deck - 30}L${x - beam.width * 0.34} ${scene.deck - 2}M${x} ${scene.deck - 30}L${x + beam.width * 0.34} ${scene.deck - 2}`}
        stroke="var(--hull-side)"
        strokeWidth="1.2"
      />
      <path d={`M${x + 2} 23h30l-7 8.5 7 8.5h-30Z`} fill={isUnder ? 'var(--red-fill)' : 'var(--strong)'} />
      <circle cx={x + 12} cy="31.5" r="4.2" fill="none" stroke="#fff" strokeWidth="1.6" />
      <path d={`M${x + 5} 31.5h14`} stroke="#fff" strokeWidth="1.6" />
    </g>
  )
}

/** Dealt: a compartment for each channel, closed against the others. */
function Bulkheads({
  ship,
  beam,
  colourOf,
}: {
  ship: Ship
  beam: Beam
  colourOf: (connectionId: string) => string
}) {
  const isTight = ship.protection === 'guaranteed'
  return ship.marks
    .filter((mark) => mark.units > 0)
    .map((mark) => {
      const [top, bottom] = [placeOf(mark.to, ship), placeOf(mark.from, ship)]
      return (
        <g key={mark.listingId} className="pointer-events-none">
          <rect
            x={beam.left}
            y={top}
            width={beam.width}
            height={Math.max(0, bottom - top)}
            fill={colourOf(mark.connectionId)}
            opacity="0.2"
          />
          <path
            d={`M${beam.left} ${top}h${beam.width}`}
            stroke={ship.protection === 'broken' ? 'var(--red-fill)' : 'var(--hull-side)'}
            strokeWidth={isTight ? 4 : 2.5}
            strokeDasharray={isTight ? undefined : '8 5'}
          />
        </g>
      )
    })
}

/** Open: the hatch stands open. Otherwise it is closed; dealt, it is sealed too. */
function Deck({ ship, beam }: { ship: Ship; beam: Beam }) {
  const colour = ship.shortUnits > 0 ? 'var(--red-fill)' : 'var(--hull-side)'
  const [left, right, middle] = [beam.left, beam.left + beam.width, beam.left + beam.width / 2]
  const gap = beam.width * 0.3
  const { deck } = scene
  if (ship.protection === 'open') {
    return (
      <g stroke={colour} strokeLinecap="round" fill="none" className="pointer-events-none">
        <path
          d={`M${middle - gap + 2} ${deck}H${middle + gap - 2}`}
          stroke="var(--surface)"
          strokeWidth="7"
          strokeLinecap="butt"
        />
        <path d={`M${middle - gap} ${deck}l-9 -17M${middle + gap} ${deck}l9 -17`} strokeWidth="4.5" />
        <path d={`M${left} ${deck}v-8M${right} ${deck}v-8`} strokeWidth="6" />
      </g>
    )
  }
  return (
    <g stroke={colour} strokeLinecap="round" fill="none" className="pointer-events-none">
      <path d={`M${left} ${deck}v-8M${right} ${deck}v-8`} strokeWidth="6" />
      <path d={`M${middle - gap} ${deck - 4}H${middle + gap}`} strokeWidth="7" />
      {ship.protection === 'guaranteed' && (
        <>
          <path d={`M${middle - gap + 6} ${deck - 9}v-4a5 5 0 0 1 10 0v4`} strokeWidth="2.6" />
          <rect
            x={middle - gap + 3}
            y={deck - 10}
            width="16"
            height="11"
            rx="2"
            fill={colour}
            stroke="var(--surface)"
            strokeWidth="1.4"
          />
        </>
      )}
    </g>
  )
}

/** The Plimsoll mark, on the plating: so deep would it lie if the channels sold all that they show. */
function LoadLine({ ship, beam }: { ship: Ship; beam: Beam }) {
  if (ship.lineUnits === null || ship.wholeUnits === 0) return null
  const right = beam.left + beam.width
  const isOver = ship.lineUnits > ship.wholeUnits
  const colour = isOver || ship.shortUnits > 0 ? 'var(--red)' : 'var(--ink)'
  return (
    <g
      className="ship-sea pointer-events-none"
      style={{ transform: `translateY(${placeOf(markHeight(ship.lineUnits, ship), ship)}px)` }}
      stroke={colour}
    >
      <circle cx={right - 24} r="13" fill="var(--surface)" strokeWidth="4" />
      <path d={`M${right - 50} 0h${58}`} strokeWidth="4" />
    </g>
  )
}

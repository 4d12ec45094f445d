import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from '@xyflow/react'
import type { FlowEdge, Standing } from './flow-model.ts'
import { useFlowWords } from './flow-words.ts'

const isAmiss = (standing: Standing) => standing === 'refused' || standing === 'broken'

/**
 * An edge as wide as what flows over it, with its numbers near the card that they are of, where no other edge's are.
 * Broken where nothing can flow.
 */
export function FlowLine(props: EdgeProps & { data?: { edge: FlowEdge; isRight: boolean } }) {
  const { sourceX, sourceY, targetX, targetY, data } = props
  const wordsOf = useFlowWords()
  const [path] = getBezierPath(props)
  if (data === undefined) return null
  const { edge, isRight } = data
  const flows = edge.flows
  const words = flows === null ? [] : wordsOf(flows).flow
  const rate = flows === null ? 0 : flows.ordersPerMinute + flows.writesPerMinute
  // The card's end: edges are drawn from left to right, whichever end the card is at.
  const [x, y] = isRight ? [targetX - 8, targetY] : [sourceX + 8, sourceY]
  return (
    <>
      <BaseEdge
        id={props.id}
        path={path}
        style={{
          stroke: isAmiss(edge.standing) ? 'var(--red-fill)' : rate > 0 ? 'var(--sea-fill)' : 'var(--line-2)',
          strokeWidth: 1.5 + Math.min(6, Math.log2(1 + rate) * 0.8),
          strokeDasharray: isAmiss(edge.standing) ? '7 6' : undefined,
        }}
      />
      {words.length > 0 && (
        <EdgeLabelRenderer>
          <p
            className="flow-label"
            style={{
              transform: `translate(${isRight ? '-100%' : '0'}, -50%) translate(${x}px, ${y}px)`,
            }}
          >
            {words.map((word) => (
              <span key={word}>{word}</span>
            ))}
          </p>
        </EdgeLabelRenderer>
      )}
    </>
  )
}

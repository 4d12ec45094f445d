import { useLanguage } from '../language.ts'

/** Reads the next page of a list, where there is one. */
export function More(props: {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> }
}) {
  const { t } = useLanguage()
  if (!props.query.hasNextPage) return null
  return (
    <div className="p-3 text-center">
      <button
        type="button"
        className="control"
        disabled={props.query.isFetchingNextPage}
        onClick={() => void props.query.fetchNextPage()}
      >
        {t(props.query.isFetchingNextPage ? 'app.loading' : 'app.more')}
      </button>
    </div>
  )
}

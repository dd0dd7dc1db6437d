import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import type { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { useRef } from 'react'
import { call, isKeywrightError, type CallOptions } from './call.ts'
import type { Answer, Input, OperationId } from './contract.ts'

interface ReadOptions {
  enabled?: boolean
  /** Milliseconds between reads while the page is looked at. */
  refetchInterval?: number
  /** Shows the rows before while other filters load. */
  keepPrevious?: boolean
}

/** Reads: `useRead('keys.get', { org, key })`. The cache is keyed by operation and input. */
export function useRead<Id extends OperationId>(id: Id, input: Input<Id>, options: ReadOptions = {}): UseQueryResult<Answer<Id>, KeywrightError> {
  return useQuery<Answer<Id>, KeywrightError>({
    queryKey: [id, input],
    queryFn: ({ signal }) => call(id, input, { signal }),
    ...(options.enabled === undefined ? {} : { enabled: options.enabled }),
    ...(options.refetchInterval === undefined ? {} : { refetchInterval: options.refetchInterval }),
    ...(options.keepPrevious ? { placeholderData: (before: Answer<Id> | undefined) => before as never } : {}),
  })
}

type ListId = { [Id in OperationId]: Answer<Id> extends { items: unknown[]; nextCursor: string | null } ? Id : never }[OperationId]
export type Item<Id extends ListId> = Answer<Id> extends { items: (infer Each)[] } ? Each : never

/** Reads a list page by page: `items` so far, and `more()` while `hasMore`. */
export function useList<Id extends ListId>(id: Id, input: Input<Id>, options: ReadOptions = {}) {
  const query = useInfiniteQuery({
    queryKey: [id, input, 'pages'],
    queryFn: ({ signal, pageParam }) => call(id, { ...input, ...(pageParam === null ? {} : { cursor: pageParam }) } as Input<Id>, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page as { nextCursor: string | null }).nextCursor,
    ...(options.enabled === undefined ? {} : { enabled: options.enabled }),
    ...(options.refetchInterval === undefined ? {} : { refetchInterval: options.refetchInterval }),
    ...(options.keepPrevious ? { placeholderData: (before: unknown) => before as never } : {}),
  })
  const pages = query.data?.pages as { items: Item<Id>[] }[] | undefined
  return {
    items: pages?.flatMap(({ items }) => items),
    error: query.error as KeywrightError | null,
    isLoading: query.isPending,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    more: () => void query.fetchNextPage(),
    reload: () => void query.refetch(),
  }
}

interface CommandOptions<Id extends OperationId> {
  /** Operations whose cached answers are read again after success; default: everything but the person. */
  refreshes?: readonly OperationId[]
  onSuccess?: (answer: Answer<Id>, input: Input<Id>) => void
}

type Said<Id extends OperationId> = Input<Id> & { call?: CallOptions }

/**
 * Changes: `const issue = useCommand('keys.issue')`, then `issue.mutate({ org, type })`; `call: { ifMatch, confirm }` beside the
 * fields. A repetition after a broken connection carries the same idempotency key, so that nothing is made twice.
 */
export function useCommand<Id extends OperationId>(id: Id, { refreshes, onSuccess }: CommandOptions<Id> = {}) {
  const client = useQueryClient()
  const attempt = useRef<{ input: string; key: string } | null>(null)
  return useMutation<Answer<Id>, KeywrightError, Said<Id>>({
    mutationKey: [id],
    mutationFn: async (all) => {
      const { call: options = {}, ...input } = all as object as { call?: CallOptions }
      const said = JSON.stringify(input)
      if (attempt.current?.input !== said) attempt.current = { input: said, key: crypto.randomUUID() }
      try {
        const answer = await call(id, input as unknown as Input<Id>, { idempotencyKey: attempt.current.key, ...options })
        attempt.current = null
        return answer
      } catch (error) {
        if (!isKeywrightError(error, 'unreachable', 'unreadable_answer')) attempt.current = null
        throw error
      }
    },
    onSuccess: async (answer, all) => {
      const { call: _options, ...input } = all as object as { call?: CallOptions }
      onSuccess?.(answer, input as unknown as Input<Id>)
      await (refreshes === undefined ? client.invalidateQueries() : Promise.all(refreshes.map((each) => client.invalidateQueries({ queryKey: [each] }))))
    },
  })
}

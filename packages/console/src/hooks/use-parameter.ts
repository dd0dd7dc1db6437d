import { useParams } from '@tanstack/react-router'

/** A parameter of the page's path: `const org = useParameter('org')`. */
export function useParameter(name: 'org' | 'page' | 'key' | 'type' | 'api'): string {
  const parameters: Readonly<Record<string, string | undefined>> = useParams({ strict: false })
  return parameters[name] ?? ''
}

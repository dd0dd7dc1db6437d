import type { AddressRule } from './key.ts'
import { pathTo } from '../paths.ts'
import { keysText } from '../text/keys.ts'
import { TextLink } from '../ui/link.tsx'
import { Mono } from '../ui/mono.tsx'

/** The organization's list for a type, beside the list of a key: both must let a call in. */
export function OrganizationList({ org, rule }: { org: string; rule: AddressRule }) {
  return (
    <aside aria-label={keysText.generate.organizationList} className="self-start rounded-lg border border-line bg-sunken p-3.5 text-sm">
      <p className="font-medium">{keysText.generate.organizationList}</p>
      {rule === 'any' ? (
        <p className="mt-1 text-ink-soft">{keysText.generate.organizationListAny}</p>
      ) : (
        <>
          <p className="mt-1 text-ink-soft">{keysText.generate.organizationListHint}</p>
          <ul className="mt-2 max-h-32 overflow-y-auto">
            {rule.map(({ cidr, label }) => (
              <li key={cidr}>
                <Mono>{cidr}</Mono>
                {label !== null && <span className="ml-2 text-ink-faint">{label}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
      <p className="mt-2">
        <TextLink to={pathTo('addressLists', { org })}>{keysText.generate.organizationListLink}</TextLink>
      </p>
    </aside>
  )
}

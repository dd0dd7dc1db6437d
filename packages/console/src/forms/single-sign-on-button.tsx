import { useCommand } from '../api/hooks.ts'
import { entryText } from '../text/entry.ts'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/problem.tsx'

/** To the provider of the installation, and back to `returnTo`. `proves`: of somebody who is signed in, as a fresh proof. */
export function SingleSignOnButton({ label, returnTo, proves = false }: { label: string; returnTo: string; proves?: boolean }) {
  const begin = useCommand('sign-in.oidc', { refreshes: [], onSuccess: ({ url }) => location.assign(url) })
  return (
    <>
      {begin.error !== null && <Problem error={begin.error} />}
      <Button size="large" className="w-full" loading={begin.isPending || begin.isSuccess} onClick={() => begin.mutate({ returnTo })}>
        {(proves ? entryText.stepUp : entryText.signIn).withSingleSignOn(label)}
      </Button>
    </>
  )
}

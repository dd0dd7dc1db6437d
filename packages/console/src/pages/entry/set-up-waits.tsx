import { entryText } from '../../text/entry.ts'
import { Banner } from '../../ui/banner.tsx'

export function SetUpWaits() {
  return <Banner title={entryText.signIn.setUpWaits}>{entryText.signIn.setUpHow}</Banner>
}

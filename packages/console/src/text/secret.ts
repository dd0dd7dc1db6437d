/** Where a secret is shown. */
export const secretText = {
  label: 'Secret',
  once: 'This is shown once. Store it now: nobody can show it again, not even the operators of this installation.',
  again: 'Administrators can copy it again at any time; each time is written into the audit log.',
  download: 'Download .env',
  stored: 'I have stored it',
  done: 'Done',
  confirmFirst: 'Tick “I have stored it” first.',
  doneBefore: 'An earlier try of yours was done, although its answer did not arrive here; its secret cannot be shown a second time.',
  leave: {
    title: 'Leave without storing the secret?',
    why: 'You have not said yet that you stored it. Once you leave, nobody can show it again; the key itself stays.',
    stay: 'Stay here',
    leave: 'Leave, the secret is lost',
  },
  onItsWay: 'The secret is on its way.',
  leaveWhileMade: {
    title: 'Leave while the secret is being made?',
    why: 'It is shown once, here, in a moment. If you leave now, it is made all the same, and nobody can show it.',
    stay: 'Stay here',
    leave: 'Leave, the secret is lost',
  },
} as const

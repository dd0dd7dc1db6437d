/**
 * The schemas of core would make functions from text to be quicker, and probe whether they may; the policy of the page forbids it and
 * reports the probe. Pages that import schemas import this first.
 */
export const zodSettings = globalThis as { __zod_globalConfig?: { jitless?: boolean } }
zodSettings.__zod_globalConfig = { ...zodSettings.__zod_globalConfig, jitless: true }

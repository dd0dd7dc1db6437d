/**
 * The schemas of core would make functions from text to be quicker, and probe whether they may; the policy of the page forbids it and
 * reports the probe. Pages that import schemas import this first.
 */
const settings = globalThis as { __zod_globalConfig?: { jitless?: boolean } }
settings.__zod_globalConfig = { ...settings.__zod_globalConfig, jitless: true }

export {}

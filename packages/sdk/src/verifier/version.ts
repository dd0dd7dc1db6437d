/** Version of this package, as verifiers tell the server; a test compares it with package.json. */
export const SDK_VERSION = '0.1.0'

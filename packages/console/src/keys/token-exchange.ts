/*
 * The same names as in core's contract (a test compares them), repeated so that the page does not carry every schema of the contract.
 */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'
export const API_KEY_TYPE = 'urn:keywright:params:oauth:token-type:api-key'

import paywright from './index.js';

export const {
  Paywright, gateways, signatures, display, PaywrightError, InvalidInput, NotFound, Conflict, SignatureInvalid, Declined,
  GatewayError, RateLimited, GatewayUnavailable, CredentialsRejected, StorageError, ConfigError, InternalError,
} = paywright;

/**
 * Failures that an operator reads: of the command line, the config file, and of what is opened and loaded at start or
 * reload. No client sees them, so their status is 0.
 * @module
 */

/** Part of the catalogue; see `catalogue.ts`. */
export const STARTUP_FAILURES = {
  // Start-up: the command line.
  usage: { code: "SPK_CLI_USAGE", status: 0, message: "wrong usage", source: "config", retryable: false },

  // Start-up: the config file.
  configFileMissing: {
    code: "SPK_CONFIG_FILE_MISSING",
    status: 0,
    message: "config file not found",
    source: "config",
    retryable: false,
  },
  configFileUnreadable: {
    code: "SPK_CONFIG_FILE_UNREADABLE",
    status: 0,
    message: "config file cannot be read",
    source: "config",
    retryable: false,
  },
  configTooLarge: {
    code: "SPK_CONFIG_TOO_LARGE",
    status: 0,
    message: "config file is too large",
    source: "config",
    retryable: false,
  },
  configEncoding: {
    code: "SPK_CONFIG_ENCODING",
    status: 0,
    message: "config file is not valid UTF-8",
    source: "config",
    retryable: false,
  },
  configSyntax: {
    code: "SPK_CONFIG_SYNTAX",
    status: 0,
    message: "config is not valid YAML",
    source: "config",
    retryable: false,
  },
  configDuplicateKey: {
    code: "SPK_CONFIG_DUPLICATE_KEY",
    status: 0,
    message: "key given twice",
    source: "config",
    retryable: false,
  },
  configAliases: {
    code: "SPK_CONFIG_ALIASES",
    status: 0,
    message: "aliases expand to too much",
    source: "config",
    retryable: false,
  },
  configUnknownKey: {
    code: "SPK_CONFIG_UNKNOWN_KEY",
    status: 0,
    message: "unknown key",
    source: "config",
    retryable: false,
  },
  configMissingKey: {
    code: "SPK_CONFIG_MISSING_KEY",
    status: 0,
    message: "required key is missing",
    source: "config",
    retryable: false,
  },
  configType: {
    code: "SPK_CONFIG_TYPE",
    status: 0,
    message: "value of the wrong type",
    source: "config",
    retryable: false,
  },
  configValue: {
    code: "SPK_CONFIG_VALUE",
    status: 0,
    message: "value not allowed",
    source: "config",
    retryable: false,
  },
  configConflict: {
    code: "SPK_CONFIG_CONFLICT",
    status: 0,
    message: "keys contradict each other",
    source: "config",
    retryable: false,
  },
  configNotSupported: {
    code: "SPK_CONFIG_NOT_SUPPORTED",
    status: 0,
    message: "not supported yet",
    source: "config",
    retryable: false,
  },
  configBackendAddress: {
    code: "SPK_CONFIG_BACKEND_ADDRESS",
    status: 0,
    message: "invalid backend address",
    source: "config",
    retryable: false,
  },
  configDuplicateBackend: {
    code: "SPK_CONFIG_DUPLICATE_BACKEND",
    status: 0,
    message: "two backends with one address",
    source: "config",
    retryable: false,
  },
  configDuplicateListener: {
    code: "SPK_CONFIG_DUPLICATE_LISTENER",
    status: 0,
    message: "two listeners on one address",
    source: "config",
    retryable: false,
  },
  configAmbiguousRoute: {
    code: "SPK_CONFIG_AMBIGUOUS_ROUTE",
    status: 0,
    message: "two upstreams with one route",
    source: "config",
    retryable: false,
  },
  /** Warning: the key is read and checked, and changes nothing. */
  configNoEffect: {
    code: "SPK_CONFIG_NO_EFFECT",
    status: 0,
    message: "has no effect yet",
    source: "config",
    retryable: false,
  },
  /** Warning: traffic to a backend can be read or changed on its way. */
  configInsecureUpstream: {
    code: "SPK_CONFIG_INSECURE_UPSTREAM",
    status: 0,
    message: "backend connections are not protected",
    source: "config",
    retryable: false,
  },

  // Start-up: certificates.
  tlsCertificateMissing: {
    code: "SPK_TLS_CERTIFICATE_MISSING",
    status: 0,
    message: "certificate file not found",
    source: "config",
    retryable: false,
  },
  tlsCertificateUnreadable: {
    code: "SPK_TLS_CERTIFICATE_UNREADABLE",
    status: 0,
    message: "certificate cannot be read",
    source: "config",
    retryable: false,
  },
  tlsKeyMissing: {
    code: "SPK_TLS_KEY_MISSING",
    status: 0,
    message: "private key file not found",
    source: "config",
    retryable: false,
  },
  tlsKeyUnreadable: {
    code: "SPK_TLS_KEY_UNREADABLE",
    status: 0,
    message: "private key cannot be read",
    source: "config",
    retryable: false,
  },
  tlsKeyMismatch: {
    code: "SPK_TLS_KEY_MISMATCH",
    status: 0,
    message: "private key does not belong to the certificate",
    source: "config",
    retryable: false,
  },
  tlsServerNameMismatch: {
    code: "SPK_TLS_SERVER_NAME_MISMATCH",
    status: 0,
    message: "certificate does not cover its server name",
    source: "config",
    retryable: false,
  },
  tlsCertificateExpired: {
    code: "SPK_TLS_CERTIFICATE_EXPIRED",
    status: 0,
    message: "certificate has expired",
    source: "config",
    retryable: false,
  },
  tlsCaUnreadable: {
    code: "SPK_TLS_CA_UNREADABLE",
    status: 0,
    message: "CA certificates cannot be read",
    source: "config",
    retryable: false,
  },

  // Start-up: sockets and processes.
  listenAddressInUse: {
    code: "SPK_LISTEN_ADDRESS_IN_USE",
    status: 0,
    message: "listen address is in use",
    source: "system",
    retryable: false,
  },
  listenAddressUnavailable: {
    code: "SPK_LISTEN_ADDRESS_UNAVAILABLE",
    status: 0,
    message: "listen address does not exist here",
    source: "system",
    retryable: false,
  },
  listenDenied: {
    code: "SPK_LISTEN_DENIED",
    status: 0,
    message: "not allowed to listen here",
    source: "system",
    retryable: false,
  },
  listenFailed: {
    code: "SPK_LISTEN_FAILED",
    status: 0,
    message: "cannot listen",
    source: "system",
    retryable: false,
  },
  platformUnsupported: {
    code: "SPK_PLATFORM_UNSUPPORTED",
    status: 0,
    message: "this platform is not supported",
    source: "system",
    retryable: false,
  },
  shardFailed: {
    code: "SPK_SHARD_FAILED",
    status: 0,
    message: "a shard could not be started",
    source: "system",
    retryable: false,
  },

  // Start-up: WebAssembly modules.
  moduleMissing: {
    code: "SPK_MODULE_MISSING",
    status: 0,
    message: "module file not found",
    source: "config",
    retryable: false,
  },
  moduleUnreadable: {
    code: "SPK_MODULE_UNREADABLE",
    status: 0,
    message: "module file cannot be read",
    source: "config",
    retryable: false,
  },
  moduleHashMismatch: {
    code: "SPK_MODULE_HASH_MISMATCH",
    status: 0,
    message: "module does not have the expected sha256",
    source: "config",
    retryable: false,
  },
  moduleInvalid: {
    code: "SPK_MODULE_INVALID",
    status: 0,
    message: "not a valid WebAssembly module",
    source: "config",
    retryable: false,
  },
  moduleAbiWrong: {
    code: "SPK_MODULE_ABI_WRONG",
    status: 0,
    message: "module does not speak the expected ABI",
    source: "config",
    retryable: false,
  },
  moduleImportRefused: {
    code: "SPK_MODULE_IMPORT_REFUSED",
    status: 0,
    message: "module asks for a function it may not have",
    source: "config",
    retryable: false,
  },
  moduleStartFailed: {
    code: "SPK_MODULE_START_FAILED",
    status: 0,
    message: "module could not be started",
    source: "config",
    retryable: false,
  },
  moduleConfigRefused: {
    code: "SPK_MODULE_CONFIG_REFUSED",
    status: 0,
    message: "module refused its configuration",
    source: "config",
    retryable: false,
  },
} as const;

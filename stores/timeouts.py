"""How long Redis may take; after that nobody asks it for a moment (stores.breaker)."""

TIMEOUT_SECONDS = 0.25
TIMEOUTS = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}

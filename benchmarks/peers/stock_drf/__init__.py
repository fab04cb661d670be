"""The textbook way: nested ModelSerializers over prefetched relations. No token, no limits."""

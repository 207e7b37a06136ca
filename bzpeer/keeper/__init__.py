"""The keeper of the built-in servers; `bzpeer.embedded` is its door."""

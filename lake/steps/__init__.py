"""One use-case a file, written against the small Protocols in `ports`."""

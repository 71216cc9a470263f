"""One published method per file; the registry finds them."""

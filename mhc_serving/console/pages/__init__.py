"""One module a page: what stands on it and what its buttons do. What an act means is in ``mhc_core``."""

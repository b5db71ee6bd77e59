"""The concierge over HTTP. Imports ``mhc_core`` alone: it keeps answering while the pipeline is down."""

"""The local model: retrieval over approved answers with calibrated confidence. Trains in seconds, needs no network."""

"""What the detectors of anomalies promise, measured on simulated years in which nothing happens, and in which something
does."""

"""The domain of the MHC self-learning platform. Knows neither Dagster nor FastAPI."""

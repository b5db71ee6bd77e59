"""Whether the model of churn knows who leaves, and means its probabilities."""

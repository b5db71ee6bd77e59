"""One module a stage, in the order data flows."""

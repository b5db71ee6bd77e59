"""What providers cost: figures, projection and budgets. The ledger itself is kept where providers are called."""

"""What wakes the loop up: one module a stage."""

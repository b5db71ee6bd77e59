"""All SQL, one module a stage. Functions take a ``Connection`` and return typed rows; callers own transactions."""

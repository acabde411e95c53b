"""FastAPI."""

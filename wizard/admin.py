"""Staff editing."""

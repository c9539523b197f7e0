"""Small real things that every test may use."""

"""What the user asked for: plain functions of (desk, ..., report) that return a value from core."""

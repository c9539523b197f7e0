"""What is seen: widgets that show values from core and submit Jobs."""

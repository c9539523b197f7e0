"""The only bridge from tasks to the screen."""

"""How it is done: one module per outside library, which it hides completely."""

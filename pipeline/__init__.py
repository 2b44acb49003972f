"""What runs, in which order, where, and what came of it."""

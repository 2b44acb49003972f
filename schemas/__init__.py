"""What the data looks like on disk."""

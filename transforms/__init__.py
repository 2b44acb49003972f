"""What happens to one element or one group: thin Beam shells over `transforms.core`."""

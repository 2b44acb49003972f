"""The commands, one module each. Imports nothing heavy: what a command needs, it imports when it runs."""

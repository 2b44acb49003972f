"""A DoFn that reads the index."""

from pathlib import Path

import apache_beam as beam

from transforms.index import Index


class IndexedDoFn(beam.DoFn):
    """Opens the index for reading when a worker sets it up, and closes it when done."""

    def __init__(self, index: str) -> None:
        self.path = index
        self.index: Index

    def setup(self) -> None:
        """Open it, where the worker is."""
        self.index = Index.open(Path(self.path), readonly=True)

    def teardown(self) -> None:
        """Close it."""
        self.index.close()

"""What is to be read: `list_inputs` finds the files, `cut` makes each into pieces that one worker reads in one go."""

from pipeline.cutting import cut
from pipeline.listing import Listed, SourceError, list_inputs

__all__ = ["Listed", "SourceError", "cut", "list_inputs"]

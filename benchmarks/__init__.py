"""The bench: one figure per module of `figures`, ours beside the limit that is measured in the same run."""

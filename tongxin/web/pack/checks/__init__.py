"""各项检查。 The checks of a pack, by subject; each takes the facts of the pack and yields faults."""

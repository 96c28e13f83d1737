"""Dataset builders, each a folder as `tfds build` takes it."""

"""Looking at cubes: figures, an interactive page, the report of the demo."""

"""Other plans of the same shift to choose from: what can be had, and what is safe."""

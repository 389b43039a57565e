"""Background runs: their queue, their state, and who may write it."""

"""Problems to plan: drawn by kinds, drawn like a shift, read from public formats."""

"""What a plan amounts to: figures, orders, load, waits, and how much it kept."""

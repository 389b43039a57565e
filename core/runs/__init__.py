"""Background work: the queue, its processes, training runs and trial runs."""

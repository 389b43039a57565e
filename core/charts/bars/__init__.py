"""The Gantt chart, and what it is drawn from."""

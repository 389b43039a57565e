"""Figures of schedules, decisions and learning; Plotly only."""

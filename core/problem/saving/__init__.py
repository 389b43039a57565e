"""Problems, schedules and the floor as bytes, and back."""

"""A plan that lives: what would have to change, and what that does to the rest."""

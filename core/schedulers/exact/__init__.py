"""CP-SAT: exact on small problems."""

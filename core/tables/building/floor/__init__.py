"""What the tables say of the shop floor."""

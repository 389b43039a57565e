"""What it would take to have orders on time: ways found, verified and ranked."""

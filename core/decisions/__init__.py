"""One decision: recorded, played back, explained, taken otherwise."""

"""Community workers at the door."""

"""Steps 3 and 4, one person's answers: payload, outcome of receipt, signed receipt."""

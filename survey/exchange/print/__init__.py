"""What is printed: posters, letters, cards, labels, paper forms. Step 2 of the flow."""

"""What people write in their own words: words and phrases counted, and how far two coders agree. Step 6."""

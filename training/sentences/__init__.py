"""What is said about a room: words, relations, noun phrases and templates of sentences."""

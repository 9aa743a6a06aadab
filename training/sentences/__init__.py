"""Sentences about a room: words, relations, noun phrases and templates."""

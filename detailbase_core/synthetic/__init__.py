"""Rooms that are made up: furniture, a depth camera and sentences, all from a seed."""

"""Furniture models from Sweet Home 3D's libraries to packed surface samples."""

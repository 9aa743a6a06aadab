"""Furniture models of libraries and folders -> packed surface samples.

What reads meshes imports mesh_library; the tables need nothing that training does not have.
"""

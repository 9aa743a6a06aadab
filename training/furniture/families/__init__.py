"""Parametric furniture of our own, for kinds of which few models can be had and for the commonest.

A family is a function that makes a model from random numbers (registry.family); each file here
holds the families of one area: office.py, wall.py and so on. `python -m training.make_furniture`
writes their models as files that prepare_furniture reads. May import detailbase_core and
training.furniture.
"""

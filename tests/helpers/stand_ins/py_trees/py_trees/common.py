"""Statuses of a behaviour, by the names and values of py_trees."""

import enum


class Status(enum.Enum):
    """What a behaviour says when it is ticked; INVALID: it is not being ticked."""

    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    RUNNING = "RUNNING"
    INVALID = "INVALID"

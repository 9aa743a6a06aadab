"""trimesh with embreex, which only the preparation of furniture banks needs.

Raises:
    ImportError: one of them is not installed; says how to get it.
"""

try:
    import embreex
    import trimesh
except ImportError as error:
    raise ImportError(
        "making furniture banks needs trimesh and embreex: pip install '.[furniture]' "
        f"(embreex has no wheels for Arm Linux; the bank itself works everywhere): {error}"
    ) from error

__all__ = ["embreex", "trimesh"]

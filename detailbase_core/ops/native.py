"""The one door to the native module (csrc/, pybind11): `native.C`.

Importing this needs no torch. Where the module is not built, `PROBLEM` says so, code with a twin in
torch or NumPy uses that (see native_torch.takes), and everything else gets one clear error.
"""

from __future__ import annotations

from detailbase_core.errors import NativeModuleError

__all__ = ["PROBLEM", "C"]


class _Unbuilt:
    """Stands for the native module where it cannot be imported."""

    def __getattr__(self, name: str) -> object:
        raise NativeModuleError(PROBLEM)


PROBLEM = ""
try:
    from detailbase_core import _C as C
except ImportError as error:
    PROBLEM = f"the native module is not built ({error}); run: pip install -e ."
    C = _Unbuilt()  # type: ignore[assignment]

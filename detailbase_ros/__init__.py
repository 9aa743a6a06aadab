"""The ROS 2 half of detailbase: nodes, conversions, and the generated messages.

Nothing else stands here: where ROS generates the package, its own file can take this one's
place. In a pip install the generated msg and srv lie in another folder of the same name.
"""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)

"""Sentences asked of many recordings, each mapped once: importable without rclpy.

May import replay; only the command `detailbase` imports it, by its name.
"""

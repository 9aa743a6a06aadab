"""The node on a recording: importable without rclpy."""

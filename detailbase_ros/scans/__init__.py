"""Topic, TF, keyframes -> Grounder.add.

scan_intake and pending_scans import no rclpy: the replay uses them, too.
"""

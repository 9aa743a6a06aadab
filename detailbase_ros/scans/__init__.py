"""Topic, TF, keyframes -> Grounder.add.

scan_intake and transform_intake import no rclpy: the replay uses them, too.
"""

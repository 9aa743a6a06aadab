"""A camera's driver in a process of its own: clouds and transforms until it is killed."""

import time

import rclpy

from tests.ros.live.graph import Robot, Spinner

context = rclpy.Context()
context.init()
robot = Robot(context)
spinner = Spinner(context, robot)
while True:
    robot.now_ns = time.time_ns()
    robot.send_tf(static=True)
    robot.send_tf(stamp_ns=robot.now_ns)
    robot.send_cloud()
    time.sleep(0.1)

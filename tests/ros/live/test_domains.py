"""Tests stay on this machine, in domains where nobody else is."""

import os

import pytest
import rclpy
from rclpy.node import Node

from tests.ros.live import domains
from tests.ros.live.domains import DOMAINS, Domains, NoDomainError


def test_a_domain_with_somebody_in_it_is_not_taken():
    domain = next(DOMAINS)
    context = rclpy.Context()
    context.init(domain_id=domain)
    node = Node("somebody", context=context)
    try:
        assert not domains.is_empty(domain)
        only = Domains(domain - 1, 1000)  # this one alone is its own
        with pytest.raises(NoDomainError, match="end other ROS programs"):
            next(only)
    finally:
        node.destroy_node()
        context.try_shutdown()


def test_workers_share_no_domain():
    first, second = (set() for _ in range(2))
    for worker, taken in enumerate((first, second)):
        some = Domains(worker, 2)
        taken.update(next(some) for _ in range(40))
    assert not first & second


def test_what_is_given_no_domain_is_in_one_of_the_tests():
    assert int(os.environ["ROS_DOMAIN_ID"]) in range(1, 101)
    assert os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    assert "ROS_STATIC_PEERS" not in os.environ

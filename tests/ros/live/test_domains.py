"""Tests stay on this machine, in domains where nobody else is."""

import os
import subprocess
import sys

import pytest
import rclpy
from rclpy.node import Node

from tests.ros.live import domains
from tests.ros.live.domains import DOMAINS, Domains, NoDomainError
from tests.ros.live.processes import ROOT


def test_a_domain_with_somebody_in_it_is_not_taken(monkeypatch):
    domain = next(DOMAINS)
    context = rclpy.Context()
    context.init(domain_id=domain)
    node = Node("somebody", context=context)
    monkeypatch.setattr(domains, "claim", lambda domain: True)
    try:
        assert not domains.is_empty(domain)
        with pytest.raises(NoDomainError, match="end other ROS programs"):
            next(Domains([domain]))
    finally:
        node.destroy_node()
        context.try_shutdown()


CLAIM = "import sys; from tests.ros.live.domains import claim; sys.exit(not claim({}))"


def test_a_domain_of_another_process_is_not_taken():
    domain = next(DOMAINS)  # empty, and ours
    command = [sys.executable, "-c", CLAIM.format(domain)]
    assert subprocess.run(command, cwd=ROOT).returncode == 1
    theirs = Domains(count=4)
    assert not {next(theirs) for _ in range(4)} & {next(DOMAINS) for _ in range(32)}


def test_they_are_few_and_come_again(monkeypatch):
    claimed = []
    monkeypatch.setattr(domains, "claim", lambda domain: not claimed.append(domain))
    monkeypatch.setattr(domains, "is_empty", lambda domain: True)
    some = Domains(count=3)
    first = [next(some) for _ in range(3)]
    assert sorted(claimed) == sorted(set(first))
    assert [next(some) for _ in range(6)] == first * 2 and len(claimed) == 3


def test_what_is_given_no_domain_is_in_one_of_the_tests():
    assert int(os.environ["ROS_DOMAIN_ID"]) in range(1, 101)
    assert os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    assert "ROS_STATIC_PEERS" not in os.environ

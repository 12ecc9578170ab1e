"""Which Fast DDS profile is chosen, without ROS.

Proves: the user's choice wins, and ours names a file that exists and is well-formed. Not: that
images get through it (`rgbt-dualatt doctor` measures that).
"""

from __future__ import annotations

import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rgbt_dualatt_ros.ros.transport import (
    CHOICES_OF_THE_USER,
    isolate,
    private_domain_id,
    profile_variable,
    set_default_transport,
)


def test_profile_is_set_when_the_user_has_none() -> None:
    environment: dict[str, str] = {}
    profile = set_default_transport(environment)
    assert profile is not None
    assert environment == {"FASTDDS_DEFAULT_PROFILES_FILE": str(profile)}


@pytest.mark.parametrize(
    ("distribution", "variable"),
    [
        pytest.param("humble", "FASTRTPS_DEFAULT_PROFILES_FILE", id="humble"),
        pytest.param("jazzy", "FASTRTPS_DEFAULT_PROFILES_FILE", id="jazzy"),
        pytest.param("kilted", "FASTDDS_DEFAULT_PROFILES_FILE", id="kilted"),
        pytest.param("rolling", "FASTDDS_DEFAULT_PROFILES_FILE", id="rolling"),
    ],
)
def test_variable_is_the_one_that_is_read(distribution: str, variable: str) -> None:
    environment = {"ROS_DISTRO": distribution}
    profile = set_default_transport(environment)
    assert environment == {"ROS_DISTRO": distribution, variable: str(profile)}
    assert profile_variable(environment) == variable


@pytest.mark.parametrize("name", CHOICES_OF_THE_USER)
def test_choice_of_the_user_wins(name: str) -> None:
    environment = {name: "his own"}
    assert set_default_transport(environment) is None
    assert environment == {name: "his own"}


def test_missing_profile_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("rgbt_dualatt_ros.ros.transport.PROFILE_FILE", str(tmp_path / "no.xml"))
    environment: dict[str, str] = {}
    assert set_default_transport(environment) is None
    assert environment == {}


def test_segment_holds_several_images() -> None:
    profile = set_default_transport({})
    assert profile is not None
    sizes = {
        element.tag.rpartition("}")[2]: int(element.text or "0")
        for element in ElementTree.parse(profile).iter()
        if element.tag.endswith(("segment_size", "maxMessageSize"))
    }
    image_bytes = 1920 * 1080 * 3
    assert sizes["maxMessageSize"] > image_bytes
    assert sizes["segment_size"] > 5 * image_bytes


def test_isolated_traffic_stays_here() -> None:
    environment: dict[str, str] = {}
    isolate(environment, 7)
    assert environment == {"ROS_DOMAIN_ID": "7", "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}
    humble = {"ROS_DISTRO": "humble"}
    isolate(humble, 7)
    assert humble == {"ROS_DISTRO": "humble", "ROS_DOMAIN_ID": "7", "ROS_LOCALHOST_ONLY": "1"}
    assert 1 <= private_domain_id() <= 100
    assert private_domain_id() == 1 + os.getpid() % 100

"""What a record says of where it was made: the figures are there; not that they are right."""

from __future__ import annotations

import sys

import numpy as np

from rgbt_dualatt_ros.evaluation.provenance import describe_surroundings


def test_versions_and_machine_are_named() -> None:
    about = describe_surroundings()
    assert about["numpy"] == np.__version__
    assert about["python"].startswith(f"{sys.version_info.major}.{sys.version_info.minor}")
    assert {"date", "system", "processor", "processors_usable"} <= about.keys()

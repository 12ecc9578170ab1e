"""What doctor says where ROS is missing or broken.

Proves: no transport is probed without ROS, and the reason of a failing probe is one line. Not:
what it says where all is well (end_to_end/test_doctor.py).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.ros import doctor
from rgbt_dualatt_ros.ros.transport_probe import measure_transport


@pytest.mark.parametrize("missing", ["_ros", "_messages"])
def test_nothing_is_probed_without_ros(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ill = doctor.Finding("it", "missing", "install it", is_fatal=True)
    well = doctor.Finding("it", "there")
    for name in ("_torch", "_opencv", "_weights", "_ros", "_messages", "_optional"):
        found = ill if name == missing else well
        monkeypatch.setattr(doctor, name, lambda found=found: found)

    def refuse(*_: object) -> None:
        raise AssertionError("the transport was probed")

    monkeypatch.setattr(doctor, "measure_transport", refuse)
    last = list(doctor.examine())[-1]
    assert (last.name, last.value) == ("images", "not measured")
    assert "needs ROS 2" in last.advice


def test_failing_probe_gives_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rclpy.py").write_text("raise ImportError('rclpy is broken here')\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with pytest.raises(RgbtError) as caught:
        measure_transport(1, environment)
    assert str(caught.value) == ("the transport probe failed: ImportError: rclpy is broken here")
    assert capfd.readouterr().err == ""


def test_the_weights_of_both_presets_are_looked_for() -> None:
    finding = doctor._weights()
    assert not finding.is_fatal
    assert "realtime_backbone.safetensors" in finding.value
    assert "paper_vgg_m.safetensors" in finding.value

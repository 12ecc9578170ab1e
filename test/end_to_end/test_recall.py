"""The shipped lite net on the real sequences reaches what issue 4 asks of it, and beats baselines.

Which sequences' colour image shows the target was decided by eye, on crops of twice the box:
smoke hides it in m3svd_smoke_darkjacket from the first frame and in m3svd_smoke_walker from about
frame 45 on; in tno_duine_man it has no contrast in the first frame, from which it is learnt, and
in tno_nato_camp_a in none.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rgbt_dualatt_ros.cli.main import main

SEQUENCES = (
    "m3svd_dusk_crossing",
    "m3svd_smoke_darkjacket",
    "m3svd_smoke_walker",
    "m3svd_stairs",
    "m3svd_temple",
    "tno_duine_man",
    "tno_nato_camp_a",
)
COLOR_SHOWS = ("m3svd_dusk_crossing", "m3svd_stairs", "m3svd_temple")
GOALS = {
    "plain": 0.95,
    "mirrored": 0.92,
    "colour blank": 0.85,
    "thermal blank (seen)": 0.75,
}
BEATEN = (
    "centre prior",
    "thermal brightness",
    "NCC thermal",
    "NCC colour",
    "NCC colour + thermal",
)
WEIGHTS = Path(__file__).resolve().parents[2] / "weights" / "global_lite.safetensors"


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.skipif(not WEIGHTS.is_file(), reason=f"no trained lite net at {WEIGHTS}")
def test_the_shipped_net_reaches_its_goals(real_data: Path, tmp_path: Path) -> None:
    sequences = [str(real_data / "rgbt" / name) for name in SEQUENCES]
    options = [
        "--color-shows",
        ",".join(COLOR_SHOWS),
        "--out",
        str(tmp_path),
        "--set",
        "threads=1",
    ]
    assert main(["recall", *sequences, *options]) == 0
    means = json.loads((tmp_path / "recall.json").read_text(encoding="utf-8"))["mean"]
    reached = {name: means["lite"][name]["at"]["3"] for name in GOALS}
    missed = {name: value for name, value in reached.items() if value < GOALS[name]}
    assert not missed, f"R@3 asked for: {GOALS}"
    for condition in ("plain", "mirrored"):
        for name in BEATEN:
            assert reached[condition] > means[name][condition]["at"]["3"], (name, condition)

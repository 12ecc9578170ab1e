"""`train global-attention` on the command line: what it prints, writes and refuses."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from rgbt_dualatt_ros.cli.main import main
from rgbt_dualatt_ros.datasets.image_files import write_png
from rgbt_dualatt_ros.training.loop import run_log

SETTINGS = {
    "net": "paper",
    "encoder": "random",
    "device": "cpu",
    "paper.width": "0.02",
    "data.sets": "gtot",
    "steps": "2",
    "batch": "2",
    "validate_every": "2",
    "validation_pairs": "2",
    "examples": "1",
    "workers": "0",
    "tensorboard": "never",
}


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Arguments of a training of two steps on a video of three frames."""
    monkeypatch.setattr(run_log, "draw_curves", lambda *_: None)
    video = tmp_path / "GTOT" / "video"
    for folder, suffix in (("v", "v"), ("i", "i")):
        (video / folder).mkdir(parents=True)
        for frame in (1, 2, 3):
            image = np.full((24, 32, 3), 90, np.uint8)
            write_png(video / folder / f"{frame:05d}{suffix}.png", image)
    for camera in ("v", "i"):
        (video / f"groundTruth_{camera}.txt").write_text("4 4 14 12\n" * 3)
    config = tmp_path / "config.yaml"
    config.write_text("".join(f"{name}: {value}\n" for name, value in SETTINGS.items()))
    folders = ["--data", str(tmp_path / "GTOT"), "--out", str(tmp_path / "run")]
    return ["train", "global-attention", str(config), *folders]


def test_it_trains_and_says_where_the_weights_are(
    tmp_path: Path, given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(given) == 0
    told = capsys.readouterr()
    assert told.out.startswith(f"{tmp_path / 'run' / 'weights.safetensors'}: 2 steps; validation")
    assert "2 pairs" in told.err
    # And the tracker's own reader knows the file.
    assert main(["weights", "verify", str(tmp_path / "run" / "weights.safetensors")]) == 0
    assert "global_paper" in capsys.readouterr().out


def test_pairs_are_shown_without_training(
    tmp_path: Path, given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*given, "--show-pairs", "3"]) == 0
    path = tmp_path / "run" / "pairs.png"
    assert capsys.readouterr().out == f"{path}\n"
    picture = cv2.imread(str(path))
    assert picture is not None
    assert picture.shape == (3 * 240, 4 * 320, 3)
    assert [each.name for each in (tmp_path / "run").iterdir()] == ["pairs.png"]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (["--set", "lerning_rate=1"], "did you mean learning_rate?"),
        (["--set", "precision=int8"], "precision must be one of"),
        (["--set", "data.test_set=gtot"], "uses the same videos"),
        (["--data", "absent"], "training data absent is not a folder"),
        (["--set", "encoder=absent.safetensors"], "absent.safetensors"),
        (["--set", "device=cuda:99"], "device cuda:99 is not there"),
        (["--resume"], "there is no checkpoint"),
    ],
    ids=["name", "value", "test set", "no data", "no encoder", "no device", "nothing there"],
)
def test_a_mistake_is_one_line_before_any_work(
    given: list[str], changes: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = ["--set", "paper.width=1"] if "encoder=absent.safetensors" in changes else []
    assert main([*given, *settings, *changes]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    errors = [line for line in told.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert complaint in errors[0]
    assert "Traceback" not in told.err
    assert "opening the videos" not in told.err  # it is told before they are read

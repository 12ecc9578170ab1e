"""The whole way from videos to a file that the tracker begins with; and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest
import torch

from rgbt_dualatt_ros.cli.main import main
from rgbt_dualatt_ros.core.tracker_config import HeadConfig
from rgbt_dualatt_ros.models.classifier_head import ClassifierHead
from rgbt_dualatt_ros.models.weights import load_fully_connected, load_vgg_m
from rgbt_dualatt_ros.training.loop.checkpoint import read_training
from rgbt_dualatt_ros.training.loop.curve_file import read_curve

WriteSet = Callable[..., Path]
CONFIG = Path(__file__).parents[3] / "config" / "train_local_attention.yaml"
LIGHT = (
    "device=cpu", "workers=0", "threads=1", "weights=random", "hidden=16", "samples.frames=2",
    "samples.positives=2", "samples.negatives=3", "validate_every=100", "validation_pairs=2",
    "examples=0", "tensorboard=never", "data.test_set=", "checkpoint_every=3",
)  # fmt: skip


@pytest.fixture(scope="module")
def gtot(tmp_path_factory: pytest.TempPathFactory, write_gtot: WriteSet) -> Path:
    """Two videos of six frames in the layout of GTOT."""
    return write_gtot(tmp_path_factory.mktemp("gtot"))


def train(data: Path, out: Path, *changes: str) -> int:
    """The command, in this process."""
    settings = [text for change in (*LIGHT, *changes) for text in ("--set", change)]
    arguments = ["train", "local-attention", str(CONFIG), "--data", str(data)]
    return main([*arguments, "--out", str(out), *settings])


def test_a_short_training_separates_target_and_background(gtot: Path, tmp_path: Path) -> None:
    changes = ("steps=24", "validate_every=12", "examples=2", "learning_rate=0.01", "dropout=0")
    assert train(gtot, tmp_path, *changes) == 0
    _, rows = read_curve(tmp_path / "losses.csv")
    losses = [row["loss"] for row in rows]
    assert len(losses) == 24
    assert sum(losses[-4:]) < 0.5 * sum(losses[:4])
    _, validations = read_curve(tmp_path / "validation.csv")
    assert [row["step"] for row in validations] == [12, 24]
    picture = cv2.imread(str(tmp_path / "examples" / "step_00000024.png"))
    assert picture is not None
    assert picture.shape == (2 * (2 * 107 + 6), 12 * (107 + 6), 3)


def test_the_tracker_begins_with_what_was_learnt(gtot: Path, tmp_path: Path) -> None:
    assert train(gtot, tmp_path, "steps=3") == 0
    file = str(tmp_path / "weights.safetensors")
    checkpoint = read_training(tmp_path / "checkpoints" / "step_00000003.pt")
    net, layers = load_vgg_m(file, 0), load_fully_connected(file)
    assert layers is not None
    assert torch.equal(net.conv1.weight, checkpoint.net["encoder.conv1.weight"])
    head = ClassifierHead(9216, HeadConfig(hidden=16, fusion="fc5_concat", start="weights"))
    head.reinitialize(torch.Generator().manual_seed(0), layers)
    assert torch.equal(head.fc4[1].weight[0].T, checkpoint.net["fc4.weight"])
    assert checkpoint.net["fc6_weight"].shape == (2, 2, 32), "an fc6 for each of two videos"


def test_a_stopped_training_goes_on_to_the_same_bits(gtot: Path, tmp_path: Path) -> None:
    changes = ("steps=6", "attention.level=conv3", "attention.begins=0.5")
    assert train(gtot, tmp_path / "whole", *changes) == 0
    assert train(gtot, tmp_path / "parts", *changes) == 0
    # As a kill after the third step leaves it.
    (tmp_path / "parts" / "checkpoints" / "step_00000006.pt").unlink()
    assert train(gtot, tmp_path / "parts", *changes) == 0
    whole, parts = (
        read_training(tmp_path / name / "checkpoints" / "step_00000006.pt")
        for name in ("whole", "parts")
    )
    torch.testing.assert_close(dict(parts.net), dict(whole.net), rtol=0, atol=0)
    torch.testing.assert_close(dict(parts.optimizer), dict(whole.optimizer), rtol=0, atol=0)
    _, rows = read_curve(tmp_path / "parts" / "losses.csv")
    penalties = [row["penalty"] for row in rows]
    assert penalties[:3] == [0, 0, 0]
    assert min(penalties[3:]) > 0


def test_steps_follow_from_cycles_and_videos(gtot: Path, tmp_path: Path) -> None:
    assert train(gtot, tmp_path, "cycles=3", "batch=2") == 0
    assert len(read_curve(tmp_path / "losses.csv")[1]) == 3


@pytest.mark.slow
def test_two_ranks_learn_what_one_learns(gtot: Path, tmp_path: Path) -> None:
    changes = (
        "steps=2", "checkpoint_every=2", "batch=2", "dropout=0", "attention.level=conv1",
        "attention.begins=0",
    )  # fmt: skip
    torchrun = ["-m", "torch.distributed.run", "--nproc_per_node=2", "--standalone"]
    module = ["-m", "rgbt_dualatt_ros.cli.train_local_attention", str(CONFIG)]
    settings = [text for each in (*LIGHT, *changes) for text in ("--set", each)]
    given = ["--data", str(gtot), "--out", str(tmp_path / "two"), *settings]
    command = [sys.executable, *torchrun, *module, *given]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as together:
        try:
            assert train(gtot, tmp_path / "one", *changes) == 0
            _, complaint = together.communicate(timeout=100)
        finally:
            together.kill()
    assert together.returncode == 0, complaint
    one, two = (
        read_training(tmp_path / name / "checkpoints" / "step_00000002.pt").net
        for name in ("one", "two")
    )
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (("data.sets=gto",), "there is no data set 'gto'"),
        (("data.test_set=gtot",), "uses the same videos"),
        (("attention.level=conv1", "precision=bfloat16"), "set precision to float32"),
        (("batch=2", "accumulation=4"), "choose a multiple"),
        (("attention.level=conv2",), "must be one of off, conv1, conv3"),
        (("weights=nowhere.safetensors",), "tried nowhere.safetensors"),
    ],
    ids=["unknown set", "leak", "half precision", "parts", "level", "weights"],
)
def test_what_cannot_be_is_refused_in_one_line(
    gtot: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changes: tuple[str, ...],
    complaint: str,
) -> None:
    assert train(gtot, tmp_path / "run", *changes) == 2
    (line,) = [each for each in capsys.readouterr().err.splitlines() if "error: " in each]
    assert complaint in line


def test_a_broken_box_is_named_by_file_and_line(
    tmp_path: Path, write_gtot: WriteSet, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_gtot(tmp_path / "set")
    truth = root / "Scene2" / "groundTruth_v.txt"
    truth.write_text(truth.read_text().replace("\n", "\n1 2 three 4\n", 1))
    assert train(root, tmp_path / "run") == 2
    assert "Scene2/groundTruth_v.txt, line 2: 'three' is not a number" in capsys.readouterr().err


def test_a_run_knows_how_it_was_made(gtot: Path, tmp_path: Path) -> None:
    assert train(gtot, tmp_path, "steps=1") == 0
    checkpoint = read_training(tmp_path / "checkpoints" / "step_00000001.pt")
    assert checkpoint.settings["samples.frames"] == 2
    assert {"command", "python", "torch"} <= checkpoint.origin.keys()
    assert json.dumps(dict(checkpoint.settings))

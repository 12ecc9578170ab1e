"""What the settings name: sets below a folder, the cross-dataset rule, early errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.core.attention_training_config import AttentionTrainingConfig
from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.core.settings import build
from rgbt_dualatt_ros.datasets.image_files import write_png
from rgbt_dualatt_ros.training.global_attention.pair_samples import PairSamples
from rgbt_dualatt_ros.training.global_attention.paper_objective import PaperObjective
from rgbt_dualatt_ros.training.global_attention.recipe import build_parts, check_sources
from rgbt_dualatt_ros.training.loop.sample_batches import Samples


def _config(**changes: object) -> AttentionTrainingConfig:
    return build(AttentionTrainingConfig, {"encoder": "random", **changes})


def _write_gtot(root: Path, videos: int) -> None:
    for video in range(videos):
        path = root / f"video{video}"
        for folder, suffix in (("v", "v"), ("i", "i")):
            (path / folder).mkdir(parents=True)
            for frame in (1, 2, 3):
                image = np.full((24, 32, 3), 60 * video, np.uint8)
                write_png(path / folder / f"{frame:05d}{suffix}.png", image)
        for camera in ("v", "i"):
            (path / f"groundTruth_{camera}.txt").write_text("4 4 14 12\n" * 3)


def test_sets_are_found_below_the_folder_in_any_spelling(tmp_path: Path) -> None:
    for name in ("RGBT-210", "GTOT", "other"):
        (tmp_path / name).mkdir()
    check_sources(_config(**{"data.sets": "gtot+rgbt210"}), tmp_path)
    with pytest.raises(DatasetError, match=r"has no folder lasher;.*data\.roots=lasher/train="):
        check_sources(_config(**{"data.sets": "gtot+lasher/train"}), tmp_path)
    (tmp_path / "away").mkdir()
    given = {"data.sets": "gtot+lasher/train", "data.roots": f"lasher/train={tmp_path}/away"}
    check_sources(_config(**given), tmp_path)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"data.sets": "rgbt210", "data.test_set": "rgbt234"}, "uses the same videos"),
        ({"data.sets": "rgbt234", "data.test_set": "vot-rgbt2019"}, "uses the same videos"),
        ({"data.sets": "gtot", "data.test_set": "gtot"}, "uses the same videos"),
        ({"data.sets": "gtt", "data.test_set": "rgbt234"}, "no data set 'gtt'; did you mean gtot"),
        ({"data.roots": "here"}, r"data\.roots must hold NAME=FOLDER of clips"),
        ({"data.sets": "gtot", "data.roots": "lasot=x"}, "NAME=FOLDER of gtot"),
    ],
    ids=["part", "part too", "same", "misspelt", "no name", "other name"],
)
def test_wrong_sets_are_refused_before_anything_is_read(
    tmp_path: Path, changes: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        check_sources(_config(**changes), tmp_path)


def test_missing_data_is_told_with_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"where is the training set clips\? give --data"):
        check_sources(_config(), None)
    with pytest.raises(DatasetError, match="absent is not a folder"):
        check_sources(_config(), tmp_path / "absent")
    with pytest.raises(DatasetError, match=r"holds no \*\.mp4 clip"):
        build_parts(_config(**{"pairs.scenes": 0}), tmp_path)


def test_the_paper_s_net_learns_from_videos_and_is_validated_on_others(tmp_path: Path) -> None:
    _write_gtot(tmp_path, videos=3)
    settings = {"net": "paper", "data.sets": "gtot", "paper.width": 0.02}
    still = {f"videos.{name}": 0.0 for name in ("mirrored", "inverted", "color_change")}
    parts = build_parts(_config(**settings, **still, **{"data.held_out": 3}), tmp_path)
    assert isinstance(parts.objective, PaperObjective)

    def levels(samples: Samples) -> set[int]:
        assert isinstance(samples, PairSamples)
        draws = (samples.source.draw(np.random.default_rng(seed)) for seed in range(12))
        return {int(pair.first.rgb.max()) for pair in draws}

    assert levels(parts.training) == {0, 60}
    assert levels(parts.validation) == {120}


def test_a_broken_box_is_named_by_file_and_line(tmp_path: Path) -> None:
    _write_gtot(tmp_path, videos=2)
    path = tmp_path / "video1" / "groundTruth_v.txt"
    path.write_text("4 4 14 12\n4 4 x 12\n4 4 14 12\n")
    with pytest.raises(DatasetError, match=r"video1/groundTruth_v\.txt, line 2"):
        build_parts(_config(**{"net": "paper", "data.sets": "gtot"}), tmp_path)

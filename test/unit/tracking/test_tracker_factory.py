"""Names of trackers and of their model files.

Proves: what a user may type and what a slip is answered with. Not: the trackers themselves.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.settings import build
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.models.lite_attention_net import LiteAttentionNet
from rgbt_dualatt_ros.tracking.dual_attention_tracker import _load_net
from rgbt_dualatt_ros.tracking.opencv_tracker import OpencvTracker
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker
from rgbt_dualatt_ros.tracking.tracker_factory import (
    as_live,
    build_tracker,
    expand_names,
    parse_models,
)


def test_a_bare_peer_stands_for_both_modalities() -> None:
    assert expand_names(["dualatt", "csrt"]) == ["dualatt", "csrt@rgb", "csrt@thermal"]


def test_names_keep_their_order_and_come_once() -> None:
    names = expand_names(["kcf@thermal", "static", "kcf", "static"])
    assert names == ["kcf@thermal", "static", "kcf@rgb"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("dualat", "did you mean dualatt?", id="slip"),
        pytest.param("csrt@termal", "did you mean csrt@thermal?", id="slip in modality"),
        pytest.param("csrt@", "there is no tracker 'csrt@'", id="no modality"),
        pytest.param("dualatt@rgb", "there is no tracker 'dualatt@rgb'", id="ours sees both"),
        pytest.param("", "there are dualatt, static, and csrt", id="empty"),
    ],
)
def test_an_unknown_name_is_answered_with_those_there_are(name: str, said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        expand_names([name])
    with pytest.raises(ConfigError, match=re.escape(said)):
        build_tracker(name, TrackerConfig())


def test_builds_by_name() -> None:
    assert isinstance(build_tracker("static", TrackerConfig()), StaticTracker)
    assert isinstance(build_tracker("kcf@thermal", TrackerConfig()), OpencvTracker)


def test_a_peer_to_build_needs_its_modality() -> None:
    with pytest.raises(ConfigError, match="say csrt@rgb or csrt@thermal"):
        build_tracker("csrt", TrackerConfig())


def test_model_files_reach_the_peer(tmp_path: Path) -> None:
    models = parse_models([f"nanotrack={tmp_path}/backbone.onnx, {tmp_path}/head.onnx"])
    assert models == {"nanotrack": (tmp_path / "backbone.onnx", tmp_path / "head.onnx")}
    with pytest.raises(ConfigError, match=r"backbone\.onnx does not exist"):
        build_tracker("nanotrack@rgb", TrackerConfig(), models)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("nanotrack", id="no files"),
        pytest.param("nanotrack=", id="empty files"),
        pytest.param("csrt=a.onnx", id="a peer without models"),
        pytest.param("a.onnx,b.onnx", id="no name"),
    ],
)
def test_a_model_that_cannot_be_read_shows_the_form(text: str) -> None:
    with pytest.raises(ConfigError, match="expected nanotrack=BACKBONE,HEAD or vit=NET"):
        parse_models([text])


@pytest.mark.parametrize(("given", "live"), [("auto", "on"), ("on", "on"), ("off", "off")])
def test_maps_are_asynchronous_by_default_only_with_cameras(given: str, live: str) -> None:
    config = build(TrackerConfig, {"global_attention.asynchronous": given})
    assert as_live(config).global_attention.asynchronous == live
    assert config.global_attention.asynchronous == given


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16], ids=str)
def test_the_precision_asked_for_reaches_the_net_of_the_whole_image(
    precision: torch.dtype,
) -> None:
    name = str(precision).removeprefix("torch.")
    settings = {"features.precision": name, "global_attention.weights": "random"}
    net = _load_net(build(TrackerConfig, settings), torch.device("cpu"))
    assert isinstance(net, LiteAttentionNet)
    assert {each.dtype for each in net.encoder.parameters()} == {precision}

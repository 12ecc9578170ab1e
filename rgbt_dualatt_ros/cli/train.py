"""Train the networks that the package ships."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from rgbt_dualatt_ros.cli import train_global_attention, train_local_attention
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.training_config import DistillationConfig, VggMDistillationConfig

_EXAMPLE = """example:
  rgbt-dualatt train global-attention config/train_global_attention_lite.yaml --data clips
  rgbt-dualatt train backbone --data clips --teacher mobilenetv2.pt --teacher vgg16.pth \\
      --out weights/realtime_backbone.safetensors --set epochs=24
  rgbt-dualatt train vgg_m --data clips --teacher mobilenetv2.pt --teacher vgg16.pth \\
      --out weights/paper_vgg_m.safetensors

backbone is the net of preset realtime, vgg_m that of preset paper; global-attention and
local-attention have pages of their own, `rgbt-dualatt train global-attention --help`.
clips is a folder of mp4 files without labels: *_visible.mp4 are colour, all others thermal.
A teacher is a state dict of MobileNetV2 or VGG-16 with ImageNet weights.
"""
_IN_LOOP = {
    "global-attention": train_global_attention,
    "local-attention": train_local_attention,
}
_NETS = {
    "backbone": "Train the convolution net of preset realtime.",
    "vgg_m": "Train the convolution net of preset paper.",
    "global-attention": "Train a net that finds the target in the whole image.",
    "local-attention": "Train the local net on annotated videos, with or without attention.",
}
_CONFIGS = {"backbone": DistillationConfig, "vgg_m": VggMDistillationConfig}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt train`."""
    parser.epilog = _EXAMPLE
    nets = parser.add_subparsers(dest="what", required=True, metavar="NET", help="which network")
    for name, text in _NETS.items():
        net = nets.add_parser(
            name,
            description=text,
            epilog=_EXAMPLE,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name in _IN_LOOP:
            _IN_LOOP[name].add_arguments(net)
        else:
            _add_distillation(net)


def _add_distillation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of mp4 clips")
    parser.add_argument(
        "--teacher", type=Path, action="append", required=True, help="a larger net; repeatable"
    )
    parser.add_argument("--out", type=Path, required=True, help="safetensors file to write")
    parser.add_argument("--config", type=Path, help="YAML file of training settings")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="one setting; repeatable"
    )


def run(arguments: argparse.Namespace) -> int:
    """Train, write the file, say how well it went."""
    if arguments.what in _IN_LOOP:
        code: int = _IN_LOOP[arguments.what].run(arguments)
        return code
    # torch is imported only by those who train.
    from rgbt_dualatt_ros.models.weight_files import check_writable
    from rgbt_dualatt_ros.training.shipped_nets import train_and_save

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    config = load_config(_CONFIGS[arguments.what], arguments.config, arguments.set)
    check_writable(arguments.out)
    result = train_and_save(arguments.data, arguments.teacher, config, arguments.out, sys.argv)
    print(
        f"{arguments.out}: {result.steps} steps in {result.seconds:.0f} s; error on unseen crops "
        f"{result.error:.3f} of the variance (1 knows nothing); the answers hold "
        f"{result.explained:.3f} of what the teachers know"
    )
    return 0

"""A box on a command line."""

from __future__ import annotations

import argparse

from rgbt_dualatt_ros.core.box import Box


def parse_box(text: str) -> Box:
    """The box in `x,y,w,h`, px.

    Raises:
        argparse.ArgumentTypeError: when it is none.
    """
    try:
        return Box.from_sequence([float(part) for part in text.split(",")])
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"x,y,w,h in px expected; {error}") from None

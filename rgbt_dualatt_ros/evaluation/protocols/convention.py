"""The convention of a protocol in words: what every table prints below its figures."""

from __future__ import annotations

from rgbt_dualatt_ros.evaluation.protocols.protocol import Protocol

_EMPTY = {
    "as_written": "a result without area still counts by its centre",
    "previous": "a result without area is replaced by the one before it",
    "missed": "a result without area is a miss",
}
_INVALID = {
    "as_written": "true boxes count as written, also without area; frames without one are not "
    "scored",
    "minus_one": (
        "a frame whose truth has a value <= 0 is a hit for precision and a miss for success"
    ),
    "not_scored": "frames without a true box are not scored",
}

_ROUNDING = {
    "none": "nothing is rounded",
    "half_away": "results are rounded to whole px",
    "half_even": "results are rounded to whole px, halves to even",
}


def convention(protocol: Protocol) -> str:
    """Thresholds and rules in a few sentences, made from the values that are computed with."""
    figures = ". ".join(f"{figure.key}: {figure.meaning}" for figure in protocol.figures)
    rules = "; ".join([_truth(protocol), _pooling(protocol), *_results(protocol)])
    return f"{protocol.name}. {figures}. Rules: {rules}."


def _truth(protocol: Protocol) -> str:
    kinds = protocol.truth_kinds
    if protocol.takes_nearest:
        return f"each frame counts the better of the {' and '.join(kinds)} truth"
    return f"the truth is {kinds[0]}" + (f", else {' or '.join(kinds[1:])}" if kinds[1:] else "")


def _pooling(protocol: Protocol) -> str:
    return {
        "frames": "all frames of all sequences are pooled",
        "sequences": "means are over sequences, each with the same weight",
    }[protocol.pooling]


def _results(protocol: Protocol) -> list[str]:
    is_replaced = protocol.empty_result == "previous" and protocol.replaces_nan
    return [
        _INVALID[protocol.invalid_truth],
        _EMPTY[protocol.empty_result],
        "one that is no number is " + ("replaced, too" if is_replaced else "a miss"),
        *(["the first box of a result is the truth's"] if protocol.is_first_given else []),
        "frames after the end of a result are "
        + ("left out" if protocol.leaves_out_missing else "missed"),
        _ROUNDING[protocol.rounding],
        f"{protocol.precision} precision",
    ]

"""Differences between trackers and figures by attribute, for terminals, people and programs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rgbt_dualatt_ros.evaluation.paired import (
    COMPARED,
    FEWEST_TO_TELL,
    SAME_WITHIN,
    Difference,
    attribute_means,
    attribute_spreads,
    differences,
    sequences_with,
)
from rgbt_dualatt_ros.evaluation.record_files import Json
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import TrackerScore
from rgbt_dualatt_ros.evaluation.tables import plain_cell, signed_text

PAIRED_NOTE = (
    "Mean over sequences of the difference between means over seeds on the same sequence; in "
    "brackets its 95 % interval, from a paired bootstrap over the sequences. An interval that "
    "holds zero: the difference may be the choice of sequences alone. It does not tell how the "
    f"difference varies over seeds. With fewer than {FEWEST_TO_TELL} sequences it is too narrow. "
    f"Better and worse: sequences that differ by {SAME_WITHIN:g} or more."
)


def differences_json(scores: Sequence[TrackerScore]) -> Json:
    """Every tracker against the first, in each compared figure."""
    trackers = {
        name: {key: asdict(each) for key, each in row.items()}
        for name, row in differences(scores).items()
    }
    return {"reference": scores[0].name, "trackers": trackers}


def attributes_json(scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth]) -> Json:
    """By attribute how many sequences have it, and the figures of every tracker."""
    by_key = {key: attribute_means(scores, truths, key) for key in COMPARED}
    return {
        label: {
            "sequences": len(sequences_with(label, truths)),
            **{
                each.name: {key: by_key[key][label][place] for key in COMPARED}
                for place, each in enumerate(scores)
            },
        }
        for label in by_key["success_auc"]
    }


def differences_text(scores: Sequence[TrackerScore]) -> str:
    """Lines for a terminal; empty when there is nothing to compare."""
    found = differences(scores)
    width = max(map(len, found), default=0)
    lines = [
        f"  {name.ljust(width)}  "
        + "  ".join(
            f"{COMPARED[key]} {difference_text(each)} ({each.better} better, {each.worse} worse "
            f"of {each.sequences})"
            for key, each in row.items()
        )
        for name, row in found.items()
    ]
    heading = f"difference to {scores[0].name}, with the 95 % interval over sequences:"
    return "\n".join([heading, *lines]) if lines else ""


def differences_markdown(scores: Sequence[TrackerScore]) -> str:
    """A Markdown table of the same; empty likewise."""
    found = differences(scores)
    if not found:
        return ""
    heads = "".join(f" {heading} | better / worse |" for heading in COMPARED.values())
    lines = [
        f"| difference to {_plain(scores[0].name)} |{heads} sequences |",
        "|---|" + "---:|" * (2 * len(COMPARED) + 1),
    ]
    for name, row in found.items():
        cells = "".join(f" {difference_text(e)} | {e.better} / {e.worse} |" for e in row.values())
        lines.append(f"| {_plain(name)} |{cells} {row['success_auc'].sequences} |")
    return "\n".join([*lines, "", PAIRED_NOTE, ""])


def attributes_markdown(
    scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth]
) -> str:
    """A row an attribute: success AUC / PR@20 of every tracker; empty without attributes."""
    auc, near = (attribute_means(scores, truths, key) for key in COMPARED)
    if not auc:
        return ""
    names = " | ".join(_plain(each.name) for each in scores)
    lines = [f"| attribute | sequences | {names} |", "|---|" + "---:|" * (len(scores) + 1)]
    spreads = attribute_spreads(scores, truths, "success_auc")
    for label, values in auc.items():
        cells = " | ".join(
            plain_cell(*figures)
            for figures in zip(values, spreads[label], near[label], strict=True)
        )
        lines.append(f"| {_plain(label)} | {len(sequences_with(label, truths))} | {cells} |")
    return "\n".join([*lines, "", "Success AUC / PR@20, mean over the sequences and seeds.", ""])


def difference_text(found: Difference) -> str:
    """`+0.012 [-0.004, +0.030]`, as far as known."""
    is_known = math.isfinite(found.low)
    interval = f" [{signed_text(found.low)}, {signed_text(found.high)}]" if is_known else ""
    return f"{signed_text(found.mean)}{interval}"


def _plain(name: str) -> str:
    return name.replace("|", "\\|")

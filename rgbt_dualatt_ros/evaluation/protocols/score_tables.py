"""Scores of trackers as tables: Markdown for people, CSV and JSON for programs.

Every table ends with its convention: the thresholds and rules that its figures were made by.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.protocols.bootstrap import Interval
from rgbt_dualatt_ros.evaluation.protocols.convention import convention
from rgbt_dualatt_ros.evaluation.protocols.protocol import Protocol
from rgbt_dualatt_ros.evaluation.protocols.scoring import Group, Scores
from rgbt_dualatt_ros.evaluation.protocols.seeds import Spread, spreads
from rgbt_dualatt_ros.evaluation.record_files import Json
from rgbt_dualatt_ros.evaluation.tables import NOTHING, number_text, signed_text

Runs = Mapping[str, Sequence[Scores]]
"""The runs of each tracker by its name, one or more, one a seed; all of one protocol."""

_DECIMALS = 3


def overall_markdown(runs: Runs) -> str:
    """A row for every tracker, a column for every figure; mean ± deviation over several runs."""
    protocol = _protocol(runs)
    heads = ["tracker", "runs", *(figure.key for figure in protocol.figures)]
    rows = []
    for name, each in runs.items():
        found = spreads(each, lambda scores: scores.overall)
        rows.append([name, str(len(each)), *(text_with_spread(found[key]) for key in heads[2:])])
    return _markdown(heads, rows, protocol)


def attribute_markdown(runs: Runs, key: str) -> str:
    """A row for every attribute, a column for every tracker, of one figure."""
    labels = _names(scores.attributes for scores in _all(runs))
    return _by_part(runs, key, "attribute", labels, lambda label: lambda s: s.attributes[label])


def sequence_markdown(runs: Runs, key: str) -> str:
    """A row for every sequence, a column for every tracker, of one figure."""
    names = _names(scores.sequences for scores in _all(runs))
    return _by_part(runs, key, "sequence", names, lambda name: lambda s: s.sequences[name])


def scores_csv(runs: Runs) -> str:
    """A line for every tracker, run and part: all sequences, an attribute, a sequence."""
    protocol = _protocol(runs)
    keys = [figure.key for figure in protocol.figures]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["protocol", "tracker", "run", "part", "name", "sequences", "frames", *keys])
    for tracker, each in runs.items():
        for run, scores in enumerate(each):
            for part, name, group in _parts(scores):
                figures = [f"{group.figures[key]:.6g}" for key in keys]
                about = [protocol.name, tracker, run, part, name, group.sequences, group.frames]
                writer.writerow([*about, *figures])
    return text.getvalue()


def scores_json(runs: Runs) -> Json:
    """Every figure and curve with its convention; for `record_files.to_json`."""
    protocol = _protocol(runs)
    return {
        "protocol": protocol.name,
        "source": protocol.source,
        "convention": convention(protocol),
        "figures": {each.key: each.meaning for each in protocol.figures},
        "main_figures": [each.key for each in protocol.figures if each.is_main],
        "thresholds": {each.key: list(each.thresholds) for each in protocol.curves},
        "trackers": {
            name: {
                "overall": _spreads_json(each),
                "runs": [_run_json(scores) for scores in each],
            }
            for name, each in runs.items()
        },
    }


def interval_text(interval: Interval) -> str:
    """A difference with its interval: `+0.012 [-0.003, +0.027]`, `n/a` without a sequence."""
    if not interval.sequences:
        return NOTHING
    if interval.sequences == 1:
        return f"{signed_text(interval.difference)} (one sequence)"
    ends = f"[{signed_text(interval.low)}, {signed_text(interval.high)}]"
    return f"{signed_text(interval.difference)} {ends}"


def text_with_spread(spread: Spread) -> str:
    """A mean, with its deviation when there are several runs."""
    text = number_text(spread.mean, _DECIMALS)
    return text if spread.runs < 2 else f"{text} ± {number_text(spread.deviation, _DECIMALS)}"


def _protocol(runs: Runs) -> Protocol:
    protocols = dict.fromkeys(scores.protocol for scores in _all(runs))
    if len(protocols) != 1:
        names = ", ".join(each.name for each in protocols) or "none"
        raise ConfigError(f"a table needs scores of one protocol; these are of: {names}")
    return next(iter(protocols))


def _all(runs: Runs) -> Iterable[Scores]:
    return (scores for each in runs.values() for scores in each)


def _names(groups: Iterable[Mapping[str, Group]]) -> list[str]:
    """The parts that every run has, in the order of the first."""
    first, *others = groups
    return [name for name in first if all(name in each for each in others)]


def _by_part(
    runs: Runs,
    key: str,
    what: str,
    names: Iterable[str],
    part: Callable[[str], Callable[[Scores], Group]],
) -> str:
    protocol = _protocol(runs)
    protocol.figure(key)
    size = "sequences" if what == "attribute" else "frames"
    rows = []
    for name in names:
        group = part(name)(next(iter(_all(runs))))
        found = [spreads(each, part(name))[key] for each in runs.values()]
        count = group.sequences if what == "attribute" else group.frames
        rows.append([name, str(count), *map(text_with_spread, found)])
    return f"{key} by {what}\n\n" + _markdown([what, size, *runs], rows, protocol)


def _markdown(heads: Sequence[str], rows: Iterable[Sequence[str]], protocol: Protocol) -> str:
    lines = [list(map(_escaped, row)) for row in (heads, *rows)]
    text = ["| " + " | ".join(row) + " |" for row in lines]
    text.insert(1, "|---|" + "---:|" * (len(heads) - 1))
    return "\n".join([*text, "", convention(protocol), ""])


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _parts(scores: Scores) -> Iterable[tuple[str, str, Group]]:
    yield "overall", "", scores.overall
    for label, group in scores.attributes.items():
        yield "attribute", label, group
    for name, group in scores.sequences.items():
        yield "sequence", name, group


def _spreads_json(runs: Sequence[Scores]) -> Json:
    found = spreads(runs, lambda scores: scores.overall)
    return {key: asdict(each) for key, each in found.items()}


def _run_json(scores: Scores) -> Json:
    def numbers(group: Group) -> Json:
        return {"sequences": group.sequences, "frames": group.frames, **group.figures}

    return {
        "overall": numbers(scores.overall),
        "curves": {key: rates.tolist() for key, rates in scores.overall.curves.items()},
        "attributes": {name: numbers(group) for name, group in scores.attributes.items()},
        "sequences": {name: numbers(group) for name, group in scores.sequences.items()},
        "notes": list(scores.notes),
    }

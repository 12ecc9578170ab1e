"""What changed between two runs, for a terminal, people and programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rgbt_dualatt_ros.evaluation.comparison_tables import PAIRED_NOTE, difference_text
from rgbt_dualatt_ros.evaluation.record_files import Json
from rgbt_dualatt_ros.evaluation.run_pair import (
    FIGURES,
    Change,
    RunPair,
    TrackerChange,
    verdict,
)
from rgbt_dualatt_ros.evaluation.saved_run import SavedRun
from rgbt_dualatt_ros.evaluation.tables import number_text, signed_text, spread_text

_SHOWN = 10
"""Sequences in the terminal; the files have all."""


def pair_json(pair: RunPair) -> Json:
    """Everything, for programs; differences are B minus A."""
    return {
        "convention": PAIRED_NOTE,
        "a": _about(pair.first),
        "b": _about(pair.second),
        "settings": _changes_json(pair.settings),
        "made_with": _changes_json(pair.made_with),
        "notes": list(pair.notes),
        "trackers": [_tracker_json(each) for each in pair.trackers],
    }


def pair_text(pair: RunPair) -> str:
    """Lines for a terminal."""
    lines = [f"A: {_title(pair.first)}", f"B: {_title(pair.second)}"]
    for heading, found in (("settings", pair.settings), ("made with", pair.made_with)):
        same = "" if found else " the same"
        lines.append(f"{heading}, A -> B:{same}")
        lines += [f"  {line}" for line in _change_lines(found)]
    lines += [f"note: {note}" for note in pair.notes]
    for each in pair.trackers:
        lines += ["", *_tracker_lines(each)]
    return "\n".join(lines)


def pair_markdown(pair: RunPair) -> str:
    """The same as a document with every sequence."""
    lines = [
        "# What changed",
        "",
        f"- A: {_plain(_title(pair.first))}",
        f"- B: {_plain(_title(pair.second))}",
        *(f"- {_plain(note)}" for note in pair.notes),
        "",
    ]
    for heading, found in (("Settings", pair.settings), ("Made with", pair.made_with)):
        lines += [f"## {heading}", "", *_change_table(found), ""]
    for each in pair.trackers:
        lines += _tracker_markdown(each)
    return "\n".join([*lines, PAIRED_NOTE, ""])


def _tracker_lines(change: TrackerChange) -> list[str]:
    seeds = " ".join(map(str, change.seeds))
    if change.is_same:
        speeds = _pair_text(change.means["frames_per_second"], 1)
        same = f"{change.name} (seeds {seeds}): the same boxes, frames/s {speeds}"
        return [same, *(f"  note: {note}" for note in change.notes)]
    lines = [f"{change.name} (seeds {seeds}), A -> B, difference and its 95 % interval:"]
    lines += [f"  setting {line}" for line in _change_lines(change.settings)]
    for key, heading in FIGURES.items():
        found = change.differences[key]
        lines.append(
            f"  {heading.ljust(11)} {' -> '.join(_means_texts(change, key))}  "
            f"{difference_text(found)}  {verdict(change, key)}"
        )
    lines.append(f"  {'frames/s'.ljust(11)} {_pair_text(change.means['frames_per_second'], 1)}")
    lines += [f"  note: {note}" for note in change.notes]
    shown = change.sequences[:_SHOWN]
    width = max((len(each.name) for each in shown), default=0)
    lines.append("  success AUC by sequence, most changed first:")
    lines += [
        f"    {each.name.ljust(width)}  {_pair_text((each.before, each.after), 3)}  "
        f"{signed_text(each.gain)}"
        for each in shown
    ]
    left = len(change.sequences) - len(shown)
    return [*lines, f"    and {left} more, each changed by no more than these"] if left else lines


def _tracker_markdown(change: TrackerChange) -> list[str]:
    lines = [
        f"## {_plain(change.name)}",
        "",
        *(f"- {_plain(note)}" for note in change.notes),
        *([""] if change.notes else []),
        "| figure | A | B | B - A | better / worse / of | |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for key, heading in FIGURES.items():
        found = change.differences[key]
        before, after = _means_texts(change, key)
        counts = f"{found.better} / {found.worse} / {found.sequences}"
        lines.append(
            f"| {heading} | {before} | {after} | {difference_text(found)} | {counts} | "
            f"{verdict(change, key)} |"
        )
    before, after = (number_text(each, 1) for each in change.means["frames_per_second"])
    lines += [f"| frames/s | {before} | {after} | | | |", ""]
    if change.settings:
        lines += [*_change_table(change.settings), ""]
    lines += ["| sequence | success AUC, A | B | B - A |", "|---|---:|---:|---:|"]
    lines += [
        f"| {_plain(each.name)} | {each.before:.3f} | {each.after:.3f} | "
        f"{signed_text(each.gain)} |"
        for each in change.sequences
    ]
    return [*lines, ""]


def _tracker_json(change: TrackerChange) -> Json:
    return {
        "a": change.before,
        "b": change.after,
        "seeds": list(change.seeds),
        "same_boxes": change.is_same,
        "settings": _changes_json(change.settings),
        "means": {key: {"a": a, "b": b} for key, (a, b) in change.means.items()},
        "spreads": {key: {"a": a, "b": b} for key, (a, b) in change.spreads.items()},
        "differences": {
            key: {**asdict(each), "verdict": verdict(change, key)}
            for key, each in change.differences.items()
        },
        "sequences": [{**asdict(each), "gain": each.gain} for each in change.sequences],
        "notes": list(change.notes),
    }


def _about(run: SavedRun) -> Json:
    return {
        "folder": str(run.path),
        "title": run.run.get("title", ""),
        "command": run.run.get("command", ""),
        "made_with": run.run.get("made_with", {}),
    }


def _title(run: SavedRun) -> str:
    made = run.run.get("made_with", {})
    origin = ", ".join(str(made[key]) for key in ("revision", "date") if made.get(key))
    return f"{run.path}: {run.run.get('title', '')}" + (f" ({origin})" if origin else "")


def _changes_json(found: Mapping[str, Change]) -> Json:
    return {name: {"a": a, "b": b} for name, (a, b) in found.items()}


def _change_lines(found: Mapping[str, Change]) -> list[str]:
    return [f"{name}: {a} -> {b}" for name, (a, b) in found.items()]


def _change_table(found: Mapping[str, Change]) -> Sequence[str]:
    if not found:
        return ["The same in both."]
    rows = [
        f"| `{name}` | {_plain(str(a))} | {_plain(str(b))} |" for name, (a, b) in found.items()
    ]
    return ["| what | A | B |", "|---|---|---|", *rows]


def _means_texts(change: TrackerChange, key: str) -> list[str]:
    """A and B, each with its spread over the seeds if there are several."""
    both = zip(change.means[key], change.spreads[key], strict=True)
    return [f"{number_text(mean, 3)} {spread_text(spread)}".rstrip() for mean, spread in both]


def _pair_text(values: tuple[float, float], decimals: int) -> str:
    before, after = (number_text(each, decimals) for each in values)
    return f"{before} -> {after}"


def _plain(text: str) -> str:
    return text.replace("|", "\\|")

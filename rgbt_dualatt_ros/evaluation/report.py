"""A run becomes files for people and programs: page, plots, JSON, CSV, Markdown, videos."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.settings import values_of
from rgbt_dualatt_ros.evaluation.benchmark_files import write_benchmark
from rgbt_dualatt_ros.evaluation.benchmark_scores import BenchmarkScores
from rgbt_dualatt_ros.evaluation.caveats import caveats
from rgbt_dualatt_ros.evaluation.comparison_tables import (
    attributes_json,
    attributes_markdown,
    differences_json,
    differences_markdown,
)
from rgbt_dualatt_ros.evaluation.headline import headline
from rgbt_dualatt_ros.evaluation.learning import all_learning
from rgbt_dualatt_ros.evaluation.page import Page, render
from rgbt_dualatt_ros.evaluation.page_sequence import SequencePictures
from rgbt_dualatt_ros.evaluation.pictures import PictureRequest, take_pictures
from rgbt_dualatt_ros.evaluation.plots import write_plots
from rgbt_dualatt_ros.evaluation.provenance import describe_surroundings
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.record_files import Json, to_json
from rgbt_dualatt_ros.evaluation.redetection_tables import (
    redetection_json,
    redetection_markdown,
)
from rgbt_dualatt_ros.evaluation.results import ResultFolder, SequenceTruth
from rgbt_dualatt_ros.evaluation.run_spread import (
    spread_json,
    spread_markdown,
    times_json,
    times_markdown,
)
from rgbt_dualatt_ros.evaluation.summary import TrackerScore, score_trackers
from rgbt_dualatt_ros.evaluation.tables import (
    metrics_json,
    runs_csv,
    sequences_markdown,
    summary_markdown,
)
from rgbt_dualatt_ros.evaluation.upper_bounds import is_bound
from rgbt_dualatt_ros.evaluation.worst_sequences import by_success, worst_sequences

# They belong to a record, to the viewer or to a live node, and change no number of a folder.
_OTHER_GROUPS = ("target.", "overlay.", "attention_image.", "input.")


def describe_run(title: str, command: str, config: Config, **more: object) -> Json:
    """What run.json says of a run: title, command line, settings, versions and machine.

    Args:
        title: heading of the page.
        command: the command line, to be repeated.
        config: all settings; those that change no number are left out.
        **more: further settings that decide the numbers, as the model files of peers.
    """
    settings = {
        name: value
        for name, value in values_of(config).items()
        if name != "seed" and not name.startswith(_OTHER_GROUPS)
    }
    return {
        "title": title,
        "command": command,
        "settings": {**settings, **more},
        "made_with": describe_surroundings(),
    }


def write_report(
    folder: ResultFolder,
    records: Sequence[Record],
    pictures: PictureRequest | None = None,
    benchmarks: Sequence[BenchmarkScores] = (),
) -> tuple[Path, list[TrackerScore]]:
    """Write every file of the report and give the path of the page and the scores in it.

    Args:
        folder: holds run.json and the truth of every sequence in `records`.
        records: at least one; the first tracker is the one whose worst moments are shown.
        pictures: None for a page without pictures.
        benchmarks: figures by the rules of data sets, written beside the others.

    Raises:
        ConfigError: when there is no record, or the folder cannot be read or written.
    """
    if not records:
        raise ConfigError("there is nothing to report: no sequence was evaluated")
    names = dict.fromkeys(each.sequence for each in records)
    truths = {name: folder.load_truth(name) for name in names}
    scores = score_trackers(records, truths)
    defaults = json.loads(to_json(values_of(Config())))
    try:
        for name, text in _tables(scores, truths).items():
            (folder.path / name).write_text(text, encoding="utf-8", errors="backslashreplace")
        write_plots(scores, folder.path / "plots")
        for each in benchmarks:
            write_benchmark(each, folder.path)
        shown = _take_all(folder, scores, truths, pictures) if pictures else {}
        page = folder.path / "index.html"
        html = render(Page(folder.read_run(), defaults, scores, truths, shown, benchmarks))
        page.write_text(html, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ConfigError(f"cannot write the report to {folder.path}: {error.strerror}") from None
    return page, scores


def _tables(scores: Sequence[TrackerScore], truths: Mapping[str, SequenceTruth]) -> dict[str, str]:
    figures = {
        **metrics_json(scores, truths),
        "caveats": caveats(scores, len(truths)),
        "differences": differences_json(scores),
        "attributes": attributes_json(scores, truths),
        "learning": {name: asdict(each) for name, each in all_learning(scores).items()},
        "redetection": redetection_json(scores, truths),
        "run_to_run": spread_json(scores),
        "seconds_per_frame": times_json(scores),
    }
    parts = (
        f"{headline(scores)}\n",
        summary_markdown(scores),
        "".join(f"- {text}\n" for text in caveats(scores, len(truths))),
        differences_markdown(scores),
        sequences_markdown(scores, truths),
        attributes_markdown(scores, truths),
        redetection_markdown(scores, truths),
        spread_markdown(scores),
        times_markdown(scores),
    )
    return {
        "metrics.json": to_json(figures),
        "runs.csv": runs_csv(scores),
        "summary.md": "\n".join(part for part in parts if part),
    }


def _pictured(scores: Sequence[TrackerScore], request: PictureRequest) -> list[str]:
    """Sequences that get pictures: of many the worst, for a page can be too large to open."""
    if len(request.sequences) <= request.most:
        return [*request.sequences]
    chosen = {name for name in by_success(scores)[: request.most] if name in request.sequences}
    return [name for name in request.sequences if name in chosen]


def _take_all(
    folder: ResultFolder,
    scores: Sequence[TrackerScore],
    truths: Mapping[str, SequenceTruth],
    request: PictureRequest,
) -> dict[str, SequencePictures]:
    shown = {}
    worst = {each.sequence for each in worst_sequences(scores)}
    for name in _pictured(scores, request):
        runs = {
            place: found[0]
            for place, each in enumerate(scores)
            if (found := each.of_sequence(name)) and not is_bound(each.name)
        }
        if runs:
            video_path, with_strip = folder.video_path(name), name in worst
            shown[name] = take_pictures(
                request, truths[name], runs, video_path, with_strip=with_strip
            )
    return shown

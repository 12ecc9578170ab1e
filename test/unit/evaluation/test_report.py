"""From a folder of records to the page and its files.

Proves: every file is there, the page holds what it should, needs nothing from outside, and shows
texts from outside as text. Does not prove that it looks good: that takes a person and a browser.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import cv2
import numpy as np
import pytest

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.evaluation import pictures
from rgbt_dualatt_ros.evaluation.charts import color_of
from rgbt_dualatt_ros.evaluation.comparison import Contender, run_comparison
from rgbt_dualatt_ros.evaluation.page_style import CSS, SCRIPT
from rgbt_dualatt_ros.evaluation.pictures import Draw, PictureRequest
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.report import describe_run, write_report
from rgbt_dualatt_ros.evaluation.results import ResultFolder, SequenceTruth

MakeSequence = Callable[..., RgbtSequence]
MakeTracker = Callable[..., Tracker]
VOID = {"meta", "br", "img", "link", "input"}


class Elements(HTMLParser):
    """Checks nesting and collects elements, attributes and visible text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember it."""
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember it; there is nothing inside."""
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Every end belongs to the innermost start."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect what a reader sees."""
        if self.open and self.open[-1] not in ("script", "style"):
            self.text += data


def read_page(path: Path) -> Elements:
    elements = Elements()
    elements.feed(path.read_text(encoding="utf-8"))
    assert elements.open == []
    return elements


def test_every_file_is_written(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    page = run_folder(make_sequence(frames=12))
    names = {str(each.relative_to(page.parent)) for each in page.parent.rglob("*")}
    assert {"index.html", "metrics.json", "runs.csv", "summary.md", "run.json"} <= names
    assert {"plots/success.png", "plots/precision.png"} <= names
    metrics = json.loads((page.parent / "metrics.json").read_text())
    assert metrics["trackers"]["close"]["seeds"] == [1, 2]
    image = cv2.imread(str(page.parent / "plots" / "success.png"))
    assert image is not None
    assert image.std() > 10


def test_the_page_says_what_was_run_and_how_it_went(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    page = run_folder(make_sequence(name="walk", frames=12), make_sequence(name="run", frames=9))
    text = read_page(page).text
    for words in (
        "2 trackers on 2 sequences, 21 frames of which 21 scored, seeds 0, 1, 2.",
        "close reaches a success AUC of",
        "next is far<s> with",
        "share of frames whose IoU exceeds a threshold",
        "sync.slop_ms",
        "rgbt-dualatt evaluate --sequence 'a b'",
        "numpy",
    ):
        assert words in text, words


def test_the_page_needs_nothing_from_outside(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    elements = read_page(run_folder(make_sequence(frames=12)))
    tags = [tag for tag, _ in elements.found]
    assert "link" not in tags
    for _, attributes in elements.found:
        for name in ("src", "href"):
            target = attributes.get(name) or "#"
            assert target.startswith(("#", "data:", "videos/")), target
        assert not any("http" in (value or "") for key, value in attributes.items() if key != "d")
    assert tags.count("img") >= 3
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert not re.search(r"https?:|fetch|import\b|XMLHttp", SCRIPT)


def test_what_a_reader_must_know_is_in_every_file(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    page = run_folder(make_sequence(frames=12))
    words = "One run only: far<s>. Trackers that draw random numbers vary from run to run"
    assert words in read_page(page).text
    assert f"- {words}" in (page.parent / "summary.md").read_text(encoding="utf-8")
    told = json.loads((page.parent / "metrics.json").read_text())["caveats"]
    assert [each.startswith(words) for each in told] == [True]


def test_of_many_sequences_only_the_worst_have_pictures(
    tmp_path: Path, make_sequence: MakeSequence, make_tracker: MakeTracker, draw: Draw
) -> None:
    sequences = [make_sequence(name=f"s{frames}", frames=frames) for frames in (5, 25, 9, 17)]
    about = describe_run("t", "c", Config())
    folder = ResultFolder.open(tmp_path, about)
    records = run_comparison([Contender("a", lambda _: make_tracker())], sequences, folder, {})
    named = {each.name: each for each in sequences}
    told: list[str] = []
    request = PictureRequest(
        draw, named, video=False, most=2, on_progress=lambda name, _: told.append(name)
    )
    write_report(folder, records, request)
    assert [*dict.fromkeys(told)] == ["s25", "s17"]


def test_colours_stay_when_a_tracker_lacks_a_sequence(
    tmp_path: Path, make_sequence: MakeSequence, make_tracker: MakeTracker, draw: Draw
) -> None:
    sequences = [make_sequence(name=name, frames=9) for name in ("whole", "part")]
    folder = ResultFolder.open(tmp_path, describe_run("t", "c", Config()))
    contenders = [Contender(name, lambda _: make_tracker()) for name in ("a", "b", "c")]
    records = run_comparison(contenders, sequences, folder, {})
    records = [each for each in records if (each.tracker, each.sequence) != ("b", "part")]
    named = {each.name: each for each in sequences}
    page, _ = write_report(folder, records, PictureRequest(draw, named, video=False))
    html = page.read_text(encoding="utf-8")
    colours = set(re.findall(r'<i style="background:(#\w+)"></i>c IoU', html))
    assert colours == {color_of(2)}
    assert "Means over fewer than all 2 sequences: b 1." in html


def test_names_from_outside_are_shown_as_text(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    hostile = 'x"><script>alert(1)</script>'
    page = run_folder(make_sequence(name=hostile, frames=5, attributes=("<u>",)))
    elements = read_page(page)
    assert hostile in elements.text
    tags = [tag for tag, _ in elements.found]
    assert not {"s", "u"} & set(tags)
    assert "<script>alert" not in page.read_text(encoding="utf-8")


def test_a_failed_tracker_is_named_with_its_line(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    text = read_page(run_folder(make_sequence(frames=8), raises_at=3)).text
    assert "no patience left at frame 3 (the remaining frames count as missed)" in text
    assert "1 of 3 runs ended in an error." in text


def test_an_unreadable_sequence_leaves_the_others_alone(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    broken = make_sequence(name="broken", frames=8, unreadable_from=4)
    text = read_page(run_folder(make_sequence(frames=8), broken)).text
    assert "cannot read frame 4 of broken (the sequence counts in no mean)" in text
    assert "No pictures: cannot read frame 4 of broken" in text


def test_sequences_without_any_figure_still_make_a_page(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    broken = make_sequence(frames=3, truth=np.ones((2, 4), np.float32))
    assert "No run gave a figure" in read_page(run_folder(broken)).text


def test_one_frame_is_enough_for_a_page(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    assert "1 frame of which 1 scored" in read_page(run_folder(make_sequence(frames=1))).text


def test_videos_have_every_frame(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    page = run_folder(make_sequence(frames=20), video=True)
    video = cv2.VideoCapture(str(page.parent / "videos" / "tiny.webm"))
    frames = 0
    while video.read()[0]:
        frames += 1
    assert frames == 20
    assert video.get(cv2.CAP_PROP_FPS) == pytest.approx(25)
    assert "data:video/webm;base64," in page.read_text(encoding="utf-8")


def test_the_video_of_an_earlier_run_is_not_shown(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    run_folder(make_sequence(frames=5), video=True)
    elements = read_page(run_folder(make_sequence(frames=5), video=False))
    assert "video" not in {tag for tag, _ in elements.found}


def test_large_videos_stay_beside_the_page(
    run_folder: Callable[..., Path], make_sequence: MakeSequence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "_EMBEDDED_BYTES", 10)
    page = run_folder(make_sequence(name="a b", frames=5), video=True)
    elements = read_page(page)
    (source,) = [attributes["src"] for tag, attributes in elements.found if tag == "video"]
    assert source is not None
    assert (page.parent / unquote(source)).is_file()
    assert "The video is the file videos/a b.webm beside this page." in elements.text


def test_the_same_records_make_the_same_files(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    sequence = make_sequence(frames=9)
    page = run_folder(sequence)
    first = {name: (page.parent / name).read_bytes() for name in ("metrics.json", "runs.csv")}
    shutil.rmtree(page.parent / "plots")
    run_folder(sequence)
    assert first == {name: (page.parent / name).read_bytes() for name in first}


def test_no_record_is_no_report(tmp_path: Path) -> None:
    folder = ResultFolder.open(tmp_path, describe_run("t", "c", Config()))
    with pytest.raises(ConfigError, match="nothing to report"):
        write_report(folder, [])


def test_measures_of_live_runs_are_shown(tmp_path: Path, make_sequence: MakeSequence) -> None:
    about = describe_run("Live", "rgbt-dualatt replay", Config())
    folder = ResultFolder.open(tmp_path, about)
    folder.save_truth(SequenceTruth.of(make_sequence(frames=4)))
    record = Record.empty("node", "tiny", 0, 4)
    measures = {"pairs_dropped": 3.0, "latency_p99_ms": 12.345, "lag_ms": float("nan")}
    saved = folder.save(replace(record, measures=measures), about["made_with"])
    page, _ = write_report(folder, [saved])
    text = read_page(page).text
    assert "pairs dropped3latency p99 ms12.3lag msn/a" in text
    assert "scored with the newest box before it" in text


def test_records_of_other_code_are_told(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    page = run_folder(make_sequence(frames=5))
    assert "by other code" not in read_page(page).text
    (file,) = page.parent.glob("records/close/tiny/seed-1/record.json")
    content = json.loads(file.read_text())
    content["made_with"]["revision"] = "0123abc"
    file.write_text(json.dumps(content))
    text = read_page(run_folder(make_sequence(frames=5))).text
    assert "Made earlier, by other code or on another machine:1 of 3 records: 0123abc" in text

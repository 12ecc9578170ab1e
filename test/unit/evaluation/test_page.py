"""The text of the page: well-formed, every link with its target, every figure with its spread.

Proves: what stands in the HTML of runs of made-up trackers. What a browser makes of it is proved
in test_page_in_browser.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from rgbt_dualatt_ros.datasets.sequence import RgbtSequence

MakeSequence = Callable[..., RgbtSequence]


def test_ids_are_unique_and_every_link_has_its_target(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    names = ("a b", "a  b", "ä#%20", "x\"'>", "sequence-0")
    page = run_folder(*(make_sequence(name=name, frames=6 + len(name)) for name in names))
    html = page.read_text(encoding="utf-8")
    ids = re.findall(r'\sid="([^"]*)"', html)
    assert len(ids) == len({*ids}) == len(names)
    targets = re.findall(r'\shref="([^"]*)"', html)
    assert len(targets) > len(names)  # in the table and at the worst
    assert {f"#{each}" for each in ids} == {*targets}
    assert all(re.fullmatch(r"[\w-]+", each) for each in ids)


def test_no_attribute_stands_twice_in_an_element(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    page = run_folder(make_sequence(frames=6, attributes=("TC", "HO")), make_sequence(name="b"))
    content = page.read_text(encoding="utf-8")
    content = re.sub(r"<(style|script)[^>]*>.*?</\1>", "", content, flags=re.DOTALL)
    for tag in re.findall(r"<[a-z][^>]*>", content):
        names = re.findall(r'\s([\w-]+)=(?:"[^"]*"|\'[^\']*\')', tag)
        assert len(names) == len({*names}), tag
    assert content.count("<h1>") == 1
    assert content.startswith('<!doctype html><html lang="en">')


def test_means_over_seeds_have_their_spread_wherever_they_stand(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    page = run_folder(
        make_sequence(name="walk", frames=40, attributes=("TC",)),
        make_sequence(name="run", frames=30, attributes=("HO",)),
    )
    close = json.loads((page.parent / "metrics.json").read_text())["trackers"]["close"]
    spread = f"± {close['spread']['success_auc']:.3f}"
    assert spread != "± 0.000"
    html = page.read_text(encoding="utf-8")
    mean = f"{close['mean']['success_auc']:.3f}"
    assert f"close reaches a success AUC of {mean} {spread} (2 seeds)" in html
    assert f"<b>AUC {mean} {spread}</b>" in html
    walk = [each["success_auc"] for each in close["sequences"]["walk"]]
    cell = f">{np.mean(walk):.3f}<small>± {np.std(walk, ddof=1):.3f}</small><small>"
    assert html.count(cell) == 2  # by attribute and by sequence
    row = f"| walk | 40 | {np.mean(walk):.3f} ± {np.std(walk, ddof=1):.3f} / "
    assert row in (page.parent / "summary.md").read_text(encoding="utf-8")
    assert "of each tracker its first seed, in the pictures" in html


def test_the_worst_sequences_have_strips_of_frames(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    page = run_folder(make_sequence(name="walk", frames=12), make_sequence(name="run", frames=30))
    html = page.read_text(encoding="utf-8")
    (section,) = re.findall(r'<section class="worst">.*?</section>', html)
    assert ">run</a>" in section  # it drifts further in more frames
    assert [int(each) for each in re.findall(r'alt="frame (\d+)"', section)] == [
        0,
        6,
        12,
        17,
        23,
        29,
    ]


def test_the_data_of_the_script_are_valid_json(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    sequence = make_sequence(frames=8)
    sequence.truth[5] = np.nan
    page = run_folder(sequence).read_text(encoding="utf-8")
    (told,) = re.findall(r'<script type="application/json">(.*?)</script>', page)
    content = json.loads(told)
    assert content["trackers"][0]["overlaps"][5] is None
    assert content["trackers"][0]["overlaps"][0] == 1
    assert len(content["trackers"][1]["statuses"]) == 8
    assert content["statuses"][2] == "UNCERTAIN"


def test_every_chart_is_well_formed(
    run_folder: Callable[..., Path], make_sequence: MakeSequence
) -> None:
    sequence = make_sequence(frames=1500)
    sequence.truth[700:900] = np.nan
    page = run_folder(sequence).read_text(encoding="utf-8")
    charts = [ElementTree.fromstring(each) for each in re.findall(r"<svg.*?</svg>", page)]
    timelines = [each for each in charts if "timeline" in each.attrib["class"]]
    assert len(timelines) == 1
    assert any(each.attrib.get("class") == "absent" for each in timelines[0])
    numbers = re.findall(r"[ML]([-\d.]+) ([-\d.]+)", " ".join(re.findall(r' d="([^"]*)"', page)))
    assert len(numbers) > 1000
    assert all(-1 <= float(x) <= 1041 and -1 <= float(y) <= 500 for x, y in numbers)

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from reference.kinds import subject
from svertka.evaluation.gathering import WORDY, Found
from svertka.evaluation.page import number, page, percent
from svertka.evaluation.pictures import diagram, matrix, scatter
from svertka.evaluation.reports import class_report, number_report

HISTORY = [{"epoch": 1, "train_loss": 1.0, "val_loss": 1.0, "train_accuracy": 0.5, "val_accuracy": 0.5}]
NASTY = '<script>alert("x")</script>&.png'


def of_classes(names=("cat", "dog"), files=("1.png", NASTY), history=HISTORY, **changes):
    shares = np.eye(len(names))[[0, 0]] * 0.75 + 0.25 / len(names)
    truth = np.array([0, 1])
    report, _ = class_report(subject(**changes), shares, truth, names, files)
    worst = [(row, "data:image/png;base64,AAAA") for row in report.worst]
    wide = matrix(report.confusion, names) if len(names) <= WORDY else None
    drawn = {"matrix": wide, "diagram": diagram(report.reliability), "worst": worst}
    return page(Found(report, drawn), history=history, settings={"seed": 0, "rate": 0.1})


class Balance(HTMLParser):
    """Whether every element that is opened is closed, in order."""

    VOID = ("meta", "link", "img", "br")

    def __init__(self, text):
        super().__init__()
        self.open, self.tags = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def texts(html):
    """What a person reads."""
    plain = re.sub(r"<(style|title)>.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", plain)


def test_a_page_is_whole_and_fetches_nothing():
    html = of_classes()
    assert Balance(html).open == []
    sources = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert sources
    assert all(source.startswith("data:") for source in sources)


def test_a_page_tells_the_figures():
    read = texts(of_classes())
    for part in ("linear on d", "1,234 samples of the test part", "50.0%", "cat", "dog", "seed"):
        assert part in read
    assert "left out" not in read
    assert "3 left out because they could not be read" in texts(of_classes(skipped=3))


def test_names_are_shown_and_not_obeyed():
    html = of_classes(names=("<b>", "dog"))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;" in html


def test_a_run_without_history_has_no_curves():
    assert "Training" in texts(of_classes())
    assert "Loss and figure of merit" not in of_classes(history=[])


@pytest.mark.parametrize(("classes", "shown"), [(60, True), (61, False)])
def test_a_matrix_of_too_many_classes_is_left_out(classes, shown):
    assert ('alt="Confusion matrix"' in of_classes(names=[f"c{place}" for place in range(classes)])) == shown


def test_numbers_have_a_picture_each(rng):
    truth = rng.normal(size=(30, 2))
    names = ["mass", "charge"]
    report, _ = number_report(subject(), truth + 0.1, truth, names, [f"{n}.png" for n in range(30)])
    scatters = [scatter(truth[:, place] + 0.1, truth[:, place], name) for place, name in enumerate(names)]
    drawn = {"scatters": scatters, "worst": [(row, "data:,") for row in report.worst]}
    html = page(Found(report, drawn), history=[], settings={})
    assert Balance(html).open == []
    assert len(re.findall("data:image/svg", html)) == 2
    assert {"mass", "charge", "0.1"} <= set(texts(html).replace(",", " ").split())


@pytest.mark.parametrize(("value", "text"), [(0.98765, "98.8%"), (1, "100.0%"), (None, "–")])
def test_shares_are_told_in_percent(value, text):
    assert percent(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.123456, "0.1235"), (12345678.0, "1.235e+07"), (None, "–")])
def test_numbers_are_told_in_four_digits(value, text):
    assert number(value) == text

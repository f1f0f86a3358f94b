from pathlib import Path

import pytest

from svertka.settings import EvaluateSettings, PredictSettings


def test_one_run_beside_the_first_is_a_list_of_one():
    assert (
        PredictSettings().but(others="runs/b").others == PredictSettings(others=["runs/b"]).others == (Path("runs/b"),)
    )


@pytest.mark.parametrize("changes", [{"views": "mirror"}, {"others": ["a"]}, {"dropout_samples": 2}])
def test_an_image_has_several_answers_where_views_runs_or_samples_are_asked_for(changes):
    assert EvaluateSettings(**changes).several
    assert not EvaluateSettings(combine="vote").several

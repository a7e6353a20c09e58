import json

import pytest

from bench.report import Report, ResultsDiffer, times_faster


def test_a_figure_is_one_line_with_the_median_of_its_rounds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Report().figure("search", [9.0, 1.0, 2.0], at_least=2.0)
    assert json.loads(capsys.readouterr().out) == {
        "name": "search",
        "ratio": 2.0,
        "gate": 2.0,
        "ok": True,
        "rounds": 3,
    }


def test_a_figure_without_a_gate_cannot_fail(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    report.figure("context", [0.1])
    line = json.loads(capsys.readouterr().out)
    assert line["gate"] is None
    assert line["ok"] is True
    with pytest.raises(SystemExit) as ended:
        report.finish()
    assert ended.value.code == 0


@pytest.mark.parametrize("gate", [{"at_least": 2.0}, {"at_most": 0.5}])
def test_a_missed_gate_ends_the_program_with_an_error(
    gate: dict[str, float], capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report()
    report.figure("slow", [1.0], **gate)
    report.figure("fine", [1.0], at_least=1.0)
    with pytest.raises(SystemExit) as ended:
        report.finish()
    assert ended.value.code == 1
    printed = capsys.readouterr()
    assert [json.loads(line)["ok"] for line in printed.out.splitlines()] == [False, True]
    assert printed.err == "gates missed: slow\n"


def test_no_ratio_is_given_when_the_two_sides_found_different_things() -> None:
    with pytest.raises(ResultsDiffer):
        times_faster(lambda: [1, 2], lambda: [1, 3], rounds=1)


def test_the_sides_take_turns_in_going_first_and_each_starts_afresh() -> None:
    calls: list[str] = []
    ratios = times_faster(
        lambda: calls.append("ours"),
        lambda: calls.append("floor"),
        rounds=2,
        before_each=lambda: calls.append("afresh"),
    )
    assert calls == ["afresh", "floor", "afresh", "ours", "afresh", "ours", "afresh", "floor"]
    assert len(ratios) == 2

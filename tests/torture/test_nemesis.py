from torture import nemesis
from torture.nemesis import KINDS


def test_the_same_seed_draws_the_same_faults() -> None:
    assert nemesis.schedule(7, 60, 1) == nemesis.schedule(7, 60, 1)
    assert nemesis.schedule(7, 60, 1) != nemesis.schedule(8, 60, 1)


def test_in_time_every_kind_of_fault_comes() -> None:
    assert {fault.name for fault in nemesis.schedule(1, 3600, 1)} == set(KINDS)


def test_what_suffers_one_fault_is_spared_another() -> None:
    last: dict[str, nemesis.Fault] = {}
    for fault in nemesis.schedule(3, 600, 0.3):
        before = last.get(fault.target)
        assert before is None or before.at + before.seconds <= fault.at
        last[fault.target] = fault


def test_only_the_named_faults_are_drawn() -> None:
    faults = nemesis.schedule(1, 60, 1, ("kill api", "flush redis"))
    assert {fault.name for fault in faults} == {"kill api", "flush redis"}

"""Stories of what people do, told to the service and to a small model of it: both have to agree.

`make model` tells longer ones, and more of them.
"""

import os
from collections.abc import Iterator

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from tests.model.claiming import Claiming
from tests.model.machine import Story
from tests.model.managing import Managing
from tests.model.sabotage import SABOTAGES
from tests.model.world import World, a_world

EXAMPLES, STEPS = (int(os.environ.get(f"MODEL_{name}", "0")) for name in ("EXAMPLES", "STEPS"))
# A story in which nothing is ever refused, or always the same, tells little.
SEVERAL = 8


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with a_world() as made:
        yield made


def tell(world: World, of: type[Story], settings: hypothesis.settings) -> None:
    told = type("Told", (of,), {"world": world})
    run_state_machine_as_test(told, settings=settings)


def settings(**others: object) -> hypothesis.settings:
    return hypothesis.settings(
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        **others,  # type: ignore[arg-type]
    )


@pytest.mark.slow
def test_service_and_model_agree_after_every_step(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(
        world,
        Managing,
        settings(
            max_examples=EXAMPLES or 10,
            stateful_step_count=STEPS or 30,
            derandomize=not EXAMPLES,
            phases=[Phase.generate],
        ),
    )
    assert len(world.told) > SEVERAL
    if EXAMPLES:
        with capsys.disabled():
            print(f"{world.stories} stories, {world.told.total()} requests: {dict(world.told)}")


@pytest.mark.slow
@pytest.mark.parametrize("name", SABOTAGES)
def test_a_service_without_one_of_its_rules_is_noticed(name: str) -> None:
    """By the same steps, but few of them, in a scene that is narrow where it matters."""
    sabotage = SABOTAGES[name]
    others = {step for step in vars(Claiming) if step[0] != "_"} - sabotage.steps
    narrow = type("Narrow", (Claiming,), dict.fromkeys(others) | {"fixed": sabotage.numbers})
    with a_world() as world, sabotage.patched():
        world.do(*sabotage.statements)
        with pytest.raises((AssertionError, Flaky)):
            tell(
                world,
                narrow,
                settings(
                    max_examples=60,
                    stateful_step_count=40,
                    derandomize=True,
                    phases=[Phase.generate],
                ),
            )

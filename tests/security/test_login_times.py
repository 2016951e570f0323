"""How long a refused login takes tells nobody whether there is such an account."""

from statistics import median
from time import process_time

import httpx
import pytest

from app.config import Settings
from app.main import create_app
from tests.serving import served

_TOKENS = {
    "native": "/api/v1/token/",
    "event-hub": "/compat/event-hub/api/auth/token/",
    "event-management": "/compat/event-management/auth/token/",
    "jointoit": "/compat/jointoit/api/auth/login/",
}
# Enough that a hash is most of what a login costs.
_COSTLY = {"argon2_time_cost": 3, "argon2_memory_kib": 4_096}


async def _cost(client: httpx.AsyncClient, path: str, username: str) -> float:
    """What it costs the processor: how busy the machine is makes no difference."""
    began = process_time()
    answer = await client.post(path, json={"username": username, "password": "Not-The-One-5"})
    assert answer.status_code == 401, answer.text
    return process_time() - began


@pytest.mark.parametrize("contract", _TOKENS)
@pytest.mark.usefixtures("app")
async def test_unknown_names_cost_as_much_as_wrong_passwords(
    settings: Settings, contract: str
) -> None:
    costly = create_app(settings.model_copy(update=_COSTLY))
    async with served(costly) as running, running.client() as client:
        jane = {"username": "jane", "email": "jane@example.com", "password": "Hers-Alone-1"}
        assert (await client.post("/api/v1/users/", json=jane)).status_code == 201
        path = _TOKENS[contract]
        await _cost(client, path, "nobody")
        costs = [
            (await _cost(client, path, "jane"), await _cost(client, path, f"nobody{number}"))
            for number in range(9)
        ]
    wrong, unknown = (median(each) for each in zip(*costs, strict=True))
    assert 0.6 < unknown / wrong < 1.6, (unknown, wrong)

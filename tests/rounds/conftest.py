"""Real sandboxes, warm for the whole session."""

import pytest

from tests.rounds import world


@pytest.fixture(autouse=True)
def shared_evaluators(monkeypatch):
    world.use_shared_pool(monkeypatch)


@pytest.fixture
def toy(transactional_db):
    return world.project()


@pytest.fixture
def loop(transactional_db):
    made = world.new_loop()
    yield made
    made.close()


@pytest.fixture
def drives(transactional_db):
    """A loop that claims nothing."""
    made = world.driver()
    yield made
    made.close()


@pytest.fixture
def performer():
    made = world.new_performer()
    yield made
    world.bury(made)


@pytest.fixture(scope="session", autouse=True)
def close_evaluators():
    yield
    if world.SharedPool.real is not None:
        world.SharedPool.real.close()

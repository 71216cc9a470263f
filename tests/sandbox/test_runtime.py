"""Building what a project may import."""

import threading

import pytest

from apps.sandbox import runtime as runtimes
from apps.sandbox.pool import Pool
from apps.sandbox.runtime import RuntimeBuildError, prepare

NUMPY = "numpy==2.4.6"
USES_NUMPY = (
    "import numpy as np\n"
    "def run(x):\n"
    "    return {'sum': np.arange(x).sum(), 'list': np.eye(2), 'mean': np.float64(0.5)}"
)


@pytest.fixture(scope="module")
def with_numpy(home):
    return prepare([NUMPY], home, ["numpy", "numpy.random"])


def test_numpy_is_importable_and_its_values_are_data(pool, make_job, with_numpy):
    expected = {"sum": 10, "list": [[1.0, 0.0], [0.0, 1.0]], "mean": 0.5}
    result = pool.run(make_job(USES_NUMPY, [(5, expected)], runtime=with_numpy)).results[0]
    assert (result.score, result.detail) == (1.0, "")


def test_scorers_may_use_the_packages_too(pool, make_job, with_numpy):
    scorer = "import numpy as np\ndef score(asked, expected, output, seed):\n    return np.float64(2.0)"
    assert pool.run(make_job("def run(x): return x", scorer=scorer, runtime=with_numpy)).results[0].score == 2.0


def test_preloaded_packages_leave_the_whole_memory_to_the_candidate(pool, make_job, with_numpy):
    program = "def run(x):\n    return len(b'x' * (200 << 20))"
    assert pool.run(make_job(program, [(0, 200 << 20)], runtime=with_numpy)).results[0].score == 1.0


def test_packages_cannot_be_changed(pool, make_job, with_numpy):
    program = "import numpy\ndef run(x):\n    open(numpy.__file__, 'a')"
    assert pool.run(make_job(program, runtime=with_numpy)).results[0].failure == "error"


def test_nothing_that_was_not_named_can_be_imported(measure):
    for name in ("numpy", "django", "pytest", "pip", "apps"):
        assert measure(f"import {name}\ndef run(x):\n    return 1").failure == "error"


def test_it_is_built_once(home, with_numpy, monkeypatch):
    monkeypatch.setattr(runtimes, "_build", lambda *_: pytest.fail("built again"))
    assert prepare([NUMPY], home, ["numpy", "numpy.random"]) == with_numpy
    assert prepare([NUMPY], home).mounts == with_numpy.mounts
    assert prepare([NUMPY], home).key != with_numpy.key
    assert prepare((), home).key != with_numpy.key


def test_two_builders_make_one(tmp_path, monkeypatch):
    built, original = [], runtimes._build

    def count(*parts):
        built.append(1)
        original(*parts)

    monkeypatch.setattr(runtimes, "_build", count)
    threads = [threading.Thread(target=prepare, args=([NUMPY], tmp_path)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    assert not list((tmp_path / "runtimes").glob("*.building"))


def test_a_package_that_cannot_be_had_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(RuntimeBuildError, match=r"no-such-package==1\.0.*ERROR"):
        prepare(["no-such-package==1.0"], tmp_path)
    assert not [path for path in (tmp_path / "runtimes").iterdir() if path.suffix != ".lock"]


@pytest.mark.parametrize(
    "package", ["numpy", "numpy>=1", "numpy==1; rm -rf", "--index-url=http://x", "git+https://x", "../x"]
)
def test_only_pinned_names(tmp_path, package):
    with pytest.raises(ValueError, match="not pinned"):
        prepare([package], tmp_path)


def test_a_runtime_below_a_closed_folder(tmp_path, isolation, make_job):
    """EVOWEB_HOME is often below a folder that only its owner may enter."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    below = closed / "home"
    below.mkdir(mode=0o700)
    with Pool(1, below, isolation) as pool:
        job = make_job(USES_NUMPY, [(1, None)], runtime=prepare([NUMPY], below, ["numpy"]))
        assert pool.run(job).results[0].failure == ""

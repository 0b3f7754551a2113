"""Every test's surroundings: a data folder of its own run, one of two databases, no network, and the people.

The cast: Alice uploads and curates, Bob is her teammate and contributes, Vera only looks, Charlie administers.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import hypothesis
import psycopg
import pytest
from psycopg import sql

from tests.postgresql import PostgresqlMissing, ThrowAwayServer

DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "empty_database"}
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ

# The same cases on every run, and no deadline on a busy machine. HYPOTHESIS_PROFILE=exploring looks for new ones.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("exploring", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

_server = pytest.StashKey[ThrowAwayServer]()
_data_dir = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql"],
        default="sqlite",
        help="sqlite runs all tests; postgresql those that touch the database, on a throw-away server.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Prepares the environment that the settings read. Worker processes inherit it."""
    if IS_WORKER:
        return
    for name in [name for name in os.environ if name.startswith("GALLERY_")]:
        del os.environ[name]
    # Each worker, and each gallery in a process of its own, would compile anew what all of them read.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    config.stash[_data_dir] = tempfile.mkdtemp(prefix="gallery-tests-")
    Path(
        config.stash[_data_dir], "static"
    ).mkdir()  # nothing is collected, and WhiteNoise warns of a missing folder
    os.environ |= {
        "GALLERY_ENV_FILE": "",
        "GALLERY_DATA_DIR": config.stash[_data_dir],
        "GALLERY_SECRET_KEY": "the key of a gallery that lives as long as its tests",
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    if config.option.database == "postgresql" and not config.option.collectonly:
        try:
            config.stash[_server] = ThrowAwayServer()
        except PostgresqlMissing as missing:
            raise pytest.UsageError(str(missing)) from None
        os.environ["DATABASE_URL"] = config.stash[_server].url
    from django.conf import settings

    _ = settings.INSTALLED_APPS  # from here on Django is configured, which lets pytest-django set it up


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Neighbours run in one worker as far as possible, so that what a file's tests share is made once and not by each
    worker."""
    from xdist.scheduler import WorkStealingScheduling  # type: ignore[import-untyped]

    return WorkStealingScheduling(config, log) if config.option.dist == "load" else None


def pytest_unconfigure(config: pytest.Config) -> None:
    if _server in config.stash:
        config.stash[_server].stop()
    if _data_dir in config.stash:
        shutil.rmtree(config.stash[_data_dir], ignore_errors=True)


def touches_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(DATABASE_FIXTURES & fixtures) or item.get_closest_marker("django_db") is not None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.database == "postgresql":
        elsewhere = [item for item in items if not touches_database(item)]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if touches_database(item)]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each worker process has a database of its own; asked for here so that the order of fixtures is plain."""


@pytest.fixture(autouse=True)
def files_of_this_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that touches the database finds the file store empty, and leaves nothing in it for the next."""
    if not touches_database(request.node):
        yield
        return
    tmp_path: Path = request.getfixturevalue("tmp_path")
    settings: Any = request.getfixturevalue("settings")
    folder = settings.DATA_DIR = tmp_path / "gallery"
    settings.MEDIA_DIR = folder / "files"
    settings.FILE_UPLOAD_TEMP_DIR = folder / "incoming"
    default = settings.STORAGES["default"]
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**default, "OPTIONS": {**default.get("OPTIONS", {}), "location": settings.MEDIA_DIR}},
    }
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def index_of_this_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test sees another's facet sets, whose keys are given anew. And a test without a transaction around it leaves
    nothing in the index: no model stands for it, so Django's flush passes it over."""
    if touches_database(request.node):
        from gallery.search import completing, facets  # only now is Django set up

        facets.forget()
        completing.forget()
    marker = request.node.get_closest_marker("django_db")
    names = {"transactional_db", "live_server"} & set(request.fixturenames)
    if not names and not (marker and marker.kwargs.get("transaction")):
        yield
        return
    request.getfixturevalue("transactional_db")
    from tests.factories import seed_prices

    seed_prices()  # such a test before this one has emptied every table
    yield
    from gallery.search import engine  # only now is Django set up

    engine.remove_all()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing under test calls out. Loopback and local sockets stay open: the tests' own servers are there."""
    connect = socket.socket.connect

    def connect_nearby(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host not in {"", "localhost", "::1"} and not str(host).startswith("127."):
            raise AssertionError(f"A test tried to reach {address!r}.")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_nearby)


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[str]:
    """The DATABASE_URL of a database with nothing in it, for a gallery in a process of its own."""
    from django.conf import settings

    default = settings.DATABASES["default"]
    if default["ENGINE"] == "django.db.backends.sqlite3":
        yield f"sqlite:///{tmp_path / 'gallery.sqlite3'}"
        return
    name = f"empty_{os.getpid()}_{tmp_path.name.replace('-', '_').lower()}"[:60]
    with psycopg.connect(
        host=default["HOST"], user=default["USER"], dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield f"postgres://{default['USER']}@{quote(default['HOST'], safe='')}/{name}"
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def alice(db: None) -> Any:
    """Uploads, and looks after what everybody uploads."""
    from gallery.roles import Role  # only now is Django set up
    from tests.factories import make_user

    return make_user(username="alice", role=Role.CURATOR)


@pytest.fixture
def bob(db: None) -> Any:
    """A contributor: may see all that Alice sees, and did none of it."""
    from tests.factories import make_user

    return make_user(username="bob")


@pytest.fixture
def vera(db: None) -> Any:
    """A viewer: looks, favourites and rates."""
    from gallery.roles import Role  # only now is Django set up
    from tests.factories import make_user

    return make_user(username="vera", role=Role.VIEWER)


@pytest.fixture
def charlie(db: None) -> Any:
    """The administrator."""
    from tests.factories import make_user

    return make_user(username="charlie", is_superuser=True)


@pytest.fixture
def client_of() -> Callable[[Any], Any]:
    """`client_of(user)`: a test client in which that user is signed in."""
    from django.test import Client

    def sign_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def alice_client(alice: Any, client_of: Callable[[Any], Any]) -> Any:
    return client_of(alice)


@pytest.fixture
def bob_client(bob: Any, client_of: Callable[[Any], Any]) -> Any:
    return client_of(bob)


@pytest.fixture
def vera_client(vera: Any, client_of: Callable[[Any], Any]) -> Any:
    return client_of(vera)


@pytest.fixture
def charlie_client(charlie: Any, client_of: Callable[[Any], Any]) -> Any:
    return client_of(charlie)


@pytest.fixture
def admin_client(charlie_client: Any) -> Any:
    """Charlie's, under the name that pytest-django uses."""
    return charlie_client

"""What gallery-push sends, what it does not, and what it says of it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gallery.push import client
from gallery.push.calling import Gallery, Hopeless
from tests.push.conftest import Run
from tests.push.stub import TOKEN, Stub, answers, refuses

Running = Callable[..., Run]


def test_files_of_a_folder_are_pushed_and_told_with_a_link(run: Running, stub: Stub, recordings: Path):
    result = run(recordings)
    assert result.code == 0
    assert stub.names == ["a.json", "b.json", "c.json"]
    assert [asked.body for asked in stub.uploads] == [b'{"a": 1}', b'{"b": 2}', b'{"c": 3}']
    assert result.said.split("\n")[0] == f"{recordings / 'a.json'}: 1 response, 1 picture {stub.url}/images/1"
    assert result.warned == "3 stored.\n"


def test_what_the_gallery_has_already_is_no_fault(run: Running, recordings: Path):
    (recordings / "copy.json").write_bytes((recordings / "a.json").read_bytes())
    run(recordings / "a.json")
    again = run("--again", recordings / "copy.json")
    assert again.code == 0
    assert "nothing new" in again.said


def test_a_compressed_file_is_sent_as_it_is(run: Running, stub: Stub, tmp_path: Path):
    file = tmp_path / "run.json.gz"
    file.write_bytes(gzip.compress(b"{}"))
    run(file)
    assert stub.uploads[0].body == file.read_bytes()
    assert "Content-Encoding" not in stub.uploads[0].headers


def test_a_name_arrives_as_it_is(run: Running, stub: Stub, tmp_path: Path):
    file = tmp_path / "Bär & Co #1 +ü?.json"
    file.write_text("{}")
    run(file)
    assert stub.names == [file.name]


def test_standard_input_is_sent_in_chunks_under_its_name(run: Running, stub: Stub, state: Path):
    result = run("--name", "run.sse", "-", stdin=b"data: {}\n\n" * 20_000)
    assert result.code == 0
    assert stub.uploads[0].headers["Transfer-Encoding"] == "chunked"
    assert stub.uploads[0].body == b"data: {}\n\n" * 20_000
    assert stub.names == ["run.sse"]
    assert [path.name for path in state.iterdir()] == ["pushed.jsonl"]


def test_one_refused_file_does_not_stop_the_others(run: Running, stub: Stub, recordings: Path):
    stub.behaviours = [refuses(422, "This looks like a picture.")]
    result = run(recordings)
    assert result.code == 1
    assert f"{recordings / 'a.json'}: This looks like a picture.\n" in result.warned
    assert "1 refused, 2 stored." in result.warned


def test_a_proxy_that_takes_less_is_told_in_words(run: Running, stub: Stub, recordings: Path):
    stub.behaviours = [answers(413, "<h1>Too large</h1>")]
    result = run(recordings / "a.json")
    assert result.code == 1
    assert "It was answered with 413" in result.warned


def test_a_file_over_the_limit_is_not_sent(
    run: Running, stub: Stub, recordings: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(client, "LIMIT_BYTES", 2**20)
    (recordings / "a.json").write_bytes(b" " * (2**20 + 1))
    result = run(recordings)
    assert result.code == 1
    assert "It is larger than 1 MB" in result.warned
    assert stub.names == ["b.json", "c.json"]


def test_hidden_files_and_links_in_a_circle_are_passed_over(run: Running, stub: Stub, recordings: Path):
    (recordings / ".hidden.json").write_text("{}")
    (recordings / ".git").mkdir()
    (recordings / "deeper" / "up").symlink_to(recordings, target_is_directory=True)
    result = run(recordings)
    assert result.code == 0
    assert stub.names == ["a.json", "b.json", "c.json"]
    assert "2 hidden skipped" in result.warned
    assert f"{recordings / 'deeper' / 'up'}: Skipped" in result.warned


def test_a_link_to_nowhere_is_passed_over(run: Running, stub: Stub, recordings: Path):
    (recordings / "a.json").unlink()
    (recordings / "a.json").symlink_to(recordings / "nowhere")
    result = run(recordings / "b.json", recordings)
    assert "1 no file skipped" in result.warned
    assert stub.names == ["b.json", "c.json"]


def test_what_cannot_be_looked_at_is_told_as_a_failure(run: Running, stub: Stub, recordings: Path):
    (recordings / "a.json").unlink()
    (recordings / "a.json").symlink_to("n" * 300)  # no user is allowed that, not even root
    result = run(recordings / "a.json", recordings)
    assert result.code == 1
    assert f"{recordings / 'a.json'}: It cannot be read: File name too long." in result.warned
    assert stub.names == ["b.json", "c.json"]


def test_a_folder_that_cannot_be_read_is_a_failure(
    run: Running, stub: Stub, recordings: Path, monkeypatch: pytest.MonkeyPatch
):
    entries = Path.iterdir

    def closed(folder: Path) -> Iterator[Path]:
        if folder.name == "deeper":
            raise PermissionError(13, "Permission denied")
        return entries(folder)

    monkeypatch.setattr(Path, "iterdir", closed)
    result = run(recordings)
    assert result.code == 1
    assert f"{recordings / 'deeper'}: The folder cannot be read: Permission denied." in result.warned
    assert stub.names == ["a.json", "b.json"]


def test_each_file_is_a_line_of_json_if_asked(run: Running, stub: Stub, recordings: Path):
    stub.behaviours = [refuses(422, "No.")]
    first, second, _ = run("--json", recordings).results
    assert (first["outcome"], first["status"], first["sentence"]) == ("refused", 422, "No.")
    assert (second["outcome"], second["transcript"], second["url"]) == ("stored", "1", f"{stub.url}/images/1")


def test_quiet_tells_what_was_refused_and_nothing_else(run: Running, stub: Stub, recordings: Path):
    stub.behaviours = [refuses(422, "No.")]
    assert run("--quiet", recordings).all_said == f"{recordings / 'a.json'}: No.\n"


def test_a_dry_run_asks_nothing_and_needs_no_token(
    run: Running, stub: Stub, recordings: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("GALLERY_TOKEN")
    result = run("--dry-run", recordings)
    assert result.code == 0
    assert stub.asked == []
    assert "3 to be pushed." in result.warned


@pytest.mark.parametrize("token", ["", "  ", "two words", "Bearer\r\nX: y", "gal_…"])
def test_without_a_token_nothing_is_sent(
    run: Running, stub: Stub, recordings: Path, monkeypatch: pytest.MonkeyPatch, token: str
):
    monkeypatch.setenv("GALLERY_TOKEN", token)
    result = run(recordings)
    assert result.code == 2
    assert "GALLERY_TOKEN" in result.warned
    assert stub.asked == []


def test_a_wrong_token_ends_it_before_any_file_is_sent(
    run: Running, stub: Stub, recordings: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GALLERY_TOKEN", "gal_wrong")
    result = run(recordings)
    assert result.code == 2
    assert "This token is not known here." in result.warned
    assert stub.uploads == []


def test_a_token_that_may_only_look_ends_it_at_the_first_file(run: Running, stub: Stub, recordings: Path):
    stub.behaviours = [refuses(403, "This token may look, not upload.")]
    result = run(recordings)
    assert result.code == 2
    assert "may look, not upload" in result.warned
    assert len(stub.uploads) == 1


def test_the_token_is_never_printed(run: Running, stub: Stub, recordings: Path):
    stub.behaviours = [refuses(422), refuses(503, Retry_After="1"), refuses(500)]
    said = run(recordings).all_said + run("--json", "--again", recordings).all_said
    assert TOKEN not in said
    assert said


@pytest.mark.parametrize(
    "address",
    [
        "http://gallery.example",
        "http://10.0.0.5:8000",
        "http://127.0.0.1.example",
        "http://localhost.example",
    ],
)
def test_the_token_does_not_go_unencrypted_over_a_network(run: Running, recordings: Path, address: str):
    result = run(recordings, url=address)
    assert result.code == 2
    assert "is not encrypted" in result.warned


@pytest.mark.parametrize("address", ["http://localhost:8000", "http://127.8.0.1", "http://[::1]:8000"])
def test_this_machine_needs_no_encryption(address: str):
    gallery = Gallery(address, TOKEN, is_insecure=False, timeout=1, retries=0, say=print)
    assert gallery.address == address


def test_whoever_trusts_the_network_may_say_so():
    address = "http://gallery.example"
    assert Gallery(address, TOKEN, is_insecure=True, timeout=1, retries=0, say=print).address == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "gallery.example",
        "ftp://gallery.example",
        "https://",
        "https://me:secret@gallery.example",
        "https://gallery.example/?a=b",
        "https://gallery.example:x",
        "https://[::1",
        "https://a b",
        "https://ä/ü",
    ],
)
def test_an_address_that_can_be_none_is_told(address: str):
    with pytest.raises(Hopeless) as hopeless:
        Gallery(address, TOKEN, is_insecure=True, timeout=1, retries=0, say=print)
    assert "no address of a gallery" in str(hopeless.value)
    assert "secret" not in str(hopeless.value)


def test_a_redirect_is_not_followed(run: Running, stub: Stub, recordings: Path):
    with Stub() as elsewhere:
        stub.behaviours = [answers(307, "", Location=f"{elsewhere.url}/api/transcripts")]
        result = run(recordings)
        assert result.code == 2
        assert f"leads to {elsewhere.url}" in result.warned
        assert elsewhere.asked == []


def test_what_is_no_gallery_is_told(run: Running, stub: Stub, recordings: Path):
    stub.behaviours = [answers(200, "<h1>It works</h1>")]
    result = run(recordings)
    assert result.code == 2
    assert f"No gallery answers at {stub.url}" in result.warned


@pytest.mark.parametrize(
    "arguments", [(), ("nowhere.json",), ("--watch", "nowhere"), ("--timeout", "0", "x")]
)
def test_wrong_use_sends_nothing(run: Running, stub: Stub, arguments: tuple[str, ...]):
    assert run(*arguments).code == 2
    assert stub.asked == []


def test_a_name_cannot_move_the_cursor(run: Running, tmp_path: Path):
    file = tmp_path / "a\x1b[2J\u202eb.json"
    file.write_text("{}")
    said = run(file).said
    assert "\x1b" not in said
    assert "\u202e" not in said

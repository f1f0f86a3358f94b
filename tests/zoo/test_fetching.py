import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from svertka import DataError
from svertka.zoo.fetching import fetched

CONTENT = bytes(range(256)) * 8000  # two chunks
DIGEST = sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """A server with one file, which it also gives by halves."""

    def do_GET(self):
        self.server.asked.append(self.path)
        if "missing" in self.path:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[: len(CONTENT) // 2] if "half" in self.path else CONTENT)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.asked = []
    found.site = f"http://127.0.0.1:{found.server_port}"
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


@pytest.fixture
def cache(tmp_path):
    return {"SVERTKA_CACHE": str(tmp_path / "cäche")}


def files(cache):
    from pathlib import Path

    return sorted(Path(cache["SVERTKA_CACHE"]).rglob("*")) if Path(cache["SVERTKA_CACHE"]).exists() else []


@pytest.mark.parametrize("name", [f"net-{DIGEST[:8]}.pth", f"net.pth#sha256={DIGEST}", "net.safetensors"])
def test_a_file_is_fetched_once_and_kept(server, cache, name):
    first = fetched(f"{server.site}/{name}", cache)
    assert first.read_bytes() == CONTENT
    assert fetched(f"{server.site}/{name}", cache) == first
    assert len(server.asked) == 1
    assert files(cache) == [first]


def test_files_of_one_name_from_two_places_are_two_files(server, cache):
    one, other = (fetched(f"{server.site}/{folder}/model.safetensors", cache) for folder in "ab")
    assert one != other
    assert one.name.endswith("model.safetensors")


@pytest.mark.parametrize("name", ["net-00000000.pth", "net.pth#sha256=" + "0" * 64])
def test_another_content_than_promised_is_refused_and_not_kept(server, cache, name):
    with pytest.raises(DataError, match=rf"is not what it should be: its SHA-256 begins with {DIGEST[:16]}, not 0000"):
        fetched(f"{server.site}/{name}", cache)
    assert files(cache) == []


def test_a_file_that_breaks_off_is_not_kept(server, cache):
    with pytest.raises(DataError, match=r"(broke off: 1,024,000 of 2,048,000 bytes|cannot be fetched)"):
        fetched(f"{server.site}/half.pth", cache)
    assert files(cache) == []


def test_a_file_that_is_not_there_is_named(server, cache):
    with pytest.raises(DataError, match=r"missing\.pth cannot be fetched: the server answers 404 Not Found"):
        fetched(f"{server.site}/missing.pth", cache)


def test_nobody_at_the_other_end_is_said_with_the_place_to_put_the_file(cache):
    with pytest.raises(DataError, match=r"cannot be fetched: .*refused; put it at .*net\.pth"):
        fetched("http://127.0.0.1:9/net.pth", cache)


def test_offline_only_the_cache_is_looked_at(server, cache):
    offline = {**cache, "SVERTKA_OFFLINE": "1"}
    with pytest.raises(DataError, match=r"SVERTKA_OFFLINE forbids fetching it; put it at .*net\.pth"):
        fetched(f"{server.site}/net.pth", offline)
    assert server.asked == []
    kept = fetched(f"{server.site}/net.pth", {**cache, "SVERTKA_OFFLINE": "0"})
    assert fetched(f"{server.site}/net.pth", offline) == kept


def test_by_default_the_cache_is_where_caches_are(server, tmp_path, monkeypatch):
    assert fetched(f"{server.site}/a.pth", {"XDG_CACHE_HOME": str(tmp_path)}).parent == tmp_path / "svertka"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert fetched(f"{server.site}/a.pth", {}).parent == tmp_path / "home" / ".cache" / "svertka"

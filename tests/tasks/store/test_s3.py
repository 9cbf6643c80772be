"""What an S3 store makes of answers that are lost, refused, late or untrue."""

import hashlib
import socket
import subprocess
import sys
import time

import pytest
from embedded import Seaweed

from tasks.errors import BadInput, StoreUnavailable, UnsafeStore
from tasks.store import Precondition, open_store
from tasks.store.s3 import MULTIPART_BYTES, S3Store, ensure_bucket


@pytest.fixture
def s3(faulty) -> S3Store:  # noqa: ARG001 (it sets the environment)
    """A store on the faulty S3, patient for half a second."""
    return S3Store("bucket", "under", read_seconds=0.5)


class TestLostAnswers:
    def test_a_lost_success_and_a_refused_retry_are_a_success(self, s3, faulty, fault, silence):
        """The write is done, its answer is lost, the retry meets 412: that was us."""
        faulty.faults["PUT"] = [fault(silence.HANGS_UP, done=True)]
        etag = s3.create("k", b"mine")
        assert s3.get("k") == (b"mine", etag)
        assert faulty.asked.count("PUT") == 2

    def test_the_same_holds_for_replace(self, s3, faulty, fault, silence):
        """A retried replacement meets its own new version."""
        first = s3.create("k", b"1")
        faulty.faults["PUT"] = [fault(silence.HANGS_UP, done=True)]
        second = s3.replace("k", b"2", etag=first)
        assert s3.get("k") == (b"2", second)

    def test_a_412_with_other_bytes_is_a_refusal(self, s3, faulty, fault, silence):
        """An answer was lost, but what is there is somebody else's: not us."""
        faulty.objects["/bucket/under/k"] = b"theirs"
        faulty.faults["PUT"] = [fault(silence.HANGS_UP)]
        with pytest.raises(Precondition, match="s3://bucket/under/k exists already"):
            s3.create("k", b"mine")
        assert faulty.objects["/bucket/under/k"] == b"theirs"

    def test_a_lost_request_is_sent_again(self, s3, faulty, fault, silence):
        """Nothing was done and nothing heard: the next try does it."""
        faulty.faults["PUT"] = [fault(silence.HANGS_UP), fault(silence.NEVER_ANSWERS)]
        s3.create("k", b"mine")
        assert faulty.objects["/bucket/under/k"] == b"mine"

    def test_time_outs_after_the_write_are_settled_by_reading(self, s3, faulty, fault, silence):
        """Every try times out, the first was carried out: reading back shows it."""
        faulty.faults["PUT"] = [fault(silence.NEVER_ANSWERS, done=True)] + [fault(silence.NEVER_ANSWERS)] * 2
        etag = s3.create("k", b"mine")
        assert s3.get("k", etag=etag) == (b"mine", etag)

    def test_time_outs_without_a_write_say_so(self, s3, faulty, fault, silence):
        """Every try times out and nothing is there: unavailable, after bounded tries."""
        faulty.faults["PUT"] = [fault(silence.NEVER_ANSWERS)] * 3
        with pytest.raises(StoreUnavailable, match="did not answer"):
            s3.create("k", b"mine")
        assert faulty.asked.count("PUT") == 3


class TestErrorsOfTheServer:
    @pytest.mark.parametrize("status", [500, 503])
    def test_one_is_survived(self, s3, faulty, fault, status):
        """A server that fails once is asked again."""
        faulty.faults["PUT"] = [fault(status)]
        s3.create("k", b"mine")
        assert faulty.objects["/bucket/under/k"] == b"mine"

    @pytest.mark.parametrize("status", [500, 503])
    def test_many_after_the_write_was_done_are_settled_by_reading(self, s3, faulty, fault, status):
        """The server stored the object and failed on the way out, each time."""
        first = s3.create("k", b"1")
        faulty.faults["PUT"] = [fault(status, done=True)] * 3
        assert s3.replace("k", b"2", etag=first) == s3.get("k")[1]

    def test_many_with_nothing_done_are_unavailable(self, s3, faulty, fault):
        """The message names the store, its address, the status, and no credential."""
        faulty.faults["PUT"] = [fault(503, code="SlowDown")] * 3
        with pytest.raises(StoreUnavailable) as caught:
            s3.create("k", b"mine")
        message = str(caught.value)
        assert f"s3://bucket/under at {faulty.endpoint} answered 503 SlowDown" in message
        assert "secret-key" not in message
        assert "access-key" not in message

    def test_a_replacement_overtaken_meanwhile_is_refused(self, s3, faulty, fault):
        """The server fails, and by then somebody else has written: read again, do not retry blindly."""
        first = s3.create("k", b"1")
        faulty.objects["/bucket/under/k"] = b"theirs"
        faulty.faults["PUT"] = [fault(500)] * 3
        with pytest.raises(Precondition):
            s3.replace("k", b"2", etag=first)


class TestConflicts:
    def test_a_409_is_tried_again(self, s3, faulty, fault):
        """Two conditional writes crossed and neither won: read, wait, try again."""
        faulty.faults["PUT"] = [fault(409), fault(409)]
        s3.create("k", b"mine")
        assert faulty.asked == ["PUT", "GET", "PUT", "GET", "PUT"]

    def test_a_409_that_somebody_else_won_is_a_refusal(self, s3, faulty, fault):
        """After the crossing another's bytes are there."""
        faulty.objects["/bucket/under/k"] = b"theirs"
        faulty.faults["PUT"] = [fault(409)]
        with pytest.raises(Precondition):
            s3.create("k", b"mine")

    def test_endless_409_ends(self, s3, faulty, fault):
        """Bounded: six tries, then unavailable."""
        faulty.faults["PUT"] = [fault(409)] * 50
        with pytest.raises(StoreUnavailable, match="409"):
            s3.create("k", b"mine")
        assert faulty.asked.count("PUT") == 6

    def test_if_match_on_a_missing_key_may_be_404(self, s3, faulty, fault):
        """AWS says 404 where SeaweedFS says 412; both mean that the version is not current."""
        faulty.faults["PUT"] = [fault(404)]
        with pytest.raises(Precondition):
            s3.replace("k", b"2", etag='"gone"')


class TestReading:
    def test_a_body_that_stops_is_read_again(self, s3, faulty, fault, silence):
        """Half an object is never returned."""
        s3.put("k", b"whole")
        faulty.faults["GET"] = [fault(silence.STOPS_HALFWAY)] * 2
        assert s3.get("k")[0] == b"whole"

    def test_a_body_that_always_stops_is_unavailable(self, s3, faulty, fault, silence):
        """Bounded, and no part of it gets out."""
        s3.put("k", b"whole")
        faulty.faults["GET"] = [fault(silence.STOPS_HALFWAY)] * 9
        with pytest.raises(StoreUnavailable):
            s3.get("k")
        assert len(faulty.faults["GET"]) == 6


class TestLyingStores:
    def test_one_that_ignores_conditions_is_refused(self, s3, faulty):
        """Every creator is told that it won: the probe finds out, says what it saw, and cleans up."""
        faulty.ignores_conditions = True
        with pytest.raises(UnsafeStore, match=r"expected one of 4 .* found 4 winners.* refuses to promote"):
            s3.probe()
        assert faulty.objects == {}

    def test_one_that_ignores_if_match_only_is_refused(self, s3, monkeypatch):
        """Creation is guarded, replacement is not."""
        honest = type(s3).replace

        def replace(store, key, data, *, etag):  # noqa: ARG001 (that is the lie)
            current = store.get(key)[1]
            return honest(store, key, data, etag=current)

        monkeypatch.setattr(S3Store, "replace", replace)
        with pytest.raises(UnsafeStore, match="not current to be refused, found that it was accepted"):
            s3.probe()

    def test_one_that_returns_old_bytes_is_refused(self, s3, monkeypatch):
        """Reading must see the last accepted write."""
        honest = type(s3).get
        monkeypatch.setattr(S3Store, "get", lambda store, key: (b"old", honest(store, key)[1]))
        with pytest.raises(UnsafeStore, match="a read to see the last accepted write, found other bytes"):
            s3.probe()

    def test_one_without_conditions_is_refused(self, s3, faulty, fault):
        """501 is an honest answer, and the same verdict."""
        faulty.faults["PUT"] = [fault(501, code="NotImplemented")] * 4
        with pytest.raises(UnsafeStore, match="does not implement conditional writes"):
            s3.probe()


class TestUnreachable:
    def test_a_closed_port_is_said_within_seconds(self, monkeypatch):
        """Nobody listens: one clear message, soon."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://user:hidden@127.0.0.1:{port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "access-key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-key")
        store, started = open_store("s3://bucket"), time.monotonic()
        with pytest.raises(
            StoreUnavailable, match=f"s3://bucket at http://127.0.0.1:{port} did not answer"
        ) as caught:
            store.create("k", b"1")
        assert time.monotonic() - started < 6
        assert "hidden" not in str(caught.value)

    @pytest.mark.usefixtures("faulty")
    def test_no_credentials_are_named_as_such(self, monkeypatch):
        """Nothing in the environment: which variables to set."""
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
        with pytest.raises(StoreUnavailable, match="Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
            S3Store("bucket").get("k")

    @pytest.mark.usefixtures("faulty")
    def test_a_bad_endpoint_is_bad_input(self, monkeypatch):
        """A setting that cannot work is not a store that is away."""
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "no url hidden")
        with pytest.raises(BadInput, match="the endpoint is not a URL") as caught:
            S3Store("bucket")
        assert "hidden" not in str(caught.value)


@pytest.mark.real
class TestRealServer:
    def test_wrong_credentials_are_named_as_such(self, s3_url, monkeypatch):
        """SeaweedFS refuses the signature; the message says what to check and repeats no secret."""
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret")
        with pytest.raises(
            StoreUnavailable, match=r"refused the credentials .*AWS_SECRET_ACCESS_KEY"
        ) as caught:
            open_store(s3_url).put("k", b"1")
        assert "wrong-secret" not in str(caught.value)

    @pytest.mark.usefixtures("s3_url")
    def test_a_missing_bucket_is_no_empty_one(self):
        """Every method says that the bucket is missing, rather than that the object is."""
        store = open_store("s3://no-such-bucket/p")
        for call in (
            lambda: store.get("k"),
            lambda: store.create("k", b"1"),
            lambda: store.replace("k", b"1", etag='"x"'),
            lambda: store.put("k", b"1"),
            lambda: store.exists("k"),
            lambda: store.delete("k"),
            lambda: store.list(""),
        ):
            with pytest.raises(StoreUnavailable, match="has no bucket 'no-such-bucket'"):
                call()

    @pytest.mark.usefixtures("s3_url")
    def test_ensure_bucket_may_be_repeated(self):
        """Made once, found the second time, usable at once."""
        ensure_bucket("made-by-a-test")
        ensure_bucket("made-by-a-test")
        open_store("s3://made-by-a-test").create("k", b"1")

    def test_damaged_uploads_are_refused_by_the_server(self, s3_url, monkeypatch):
        """The checksum travels with the bytes and the server compares them."""
        honest = hashlib.sha256
        monkeypatch.setattr("tasks.store.s3.hashlib.sha256", lambda data: honest(data + b"!"))
        with pytest.raises(StoreUnavailable, match="BadDigest"):
            open_store(s3_url).put("k", b"1")
        assert open_store(s3_url).get("k") is None

    def test_large_objects_go_in_parts_and_come_back(self, s3_url):
        """65 MiB: as it was."""
        data = b"evergreen" * ((MULTIPART_BYTES + 2**20) // 9)
        store = open_store(s3_url)
        etag = store.put("large", data)
        found = store.get("large")
        assert found is not None
        assert found[1] == etag
        assert found[0] == data

    def test_a_prefix_sees_only_its_own(self, s3_url):
        """Two stores in one bucket do not meet, also when one prefix begins like the other."""
        one, other = open_store(s3_url + "/a"), open_store(s3_url + "/ab")
        one.put("k", b"1")
        other.put("k", b"2")
        assert [found.key for found in one.list("")] == ["k"]
        assert one.get("k")[0] == b"1"  # type: ignore[index]

    def test_folder_markers_are_no_objects(self, s3_url):
        """Consoles put an empty object at `incoming/`; it is not listed."""
        store = open_store(s3_url)
        name = store._name("incoming")
        store._client.put_object(Bucket=name["Bucket"], Key=name["Key"] + "/", Body=b"")
        store.put("incoming/a", b"1")
        assert [found.key for found in store.list("incoming/")] == ["incoming/a"]


@pytest.mark.real
class TestCrash:
    def test_what_was_acknowledged_survives_kill_and_restart(self, tmp_path, monkeypatch):
        """kill -9: unavailable while it is away, and after the restart everything is there as it was."""
        with Seaweed(tmp_path) as server:
            for name, value in server.env.items():
                monkeypatch.setenv(name, value)
            ensure_bucket("bucket")
            store = open_store("s3://bucket")
            first = store.create("k", b"1")
            second = store.replace("k", b"2", etag=first)
            server.kill()
            with pytest.raises(StoreUnavailable, match="did not answer"):
                store.get("k")
            server.restart()
            assert store.get("k") == (b"2", second)
            with pytest.raises(Precondition):
                store.create("k", b"3")


class TestImport:
    def test_the_package_is_cheap_to_import(self):
        """boto3 is imported when an S3 store is opened, not before."""
        code = "import sys, tasks.store; sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

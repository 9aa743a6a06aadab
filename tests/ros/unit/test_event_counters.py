"""Counters and throttled warnings."""

import time

from detailbase_ros.runtime.event_counters import EventCounters


class Log(list):
    def warning(self, message):
        self.append(message)

    error = info = warning


def test_warnings_are_throttled_per_cause_but_all_are_counted():
    log = Log()
    events = EventCounters(log, period_s=0.05)
    for _ in range(3):
        events.warn_throttled("no_transform", "no transform")
    events.warn_throttled("bad_cloud", "bad cloud")
    time.sleep(0.06)
    events.warn_throttled("no_transform", "no transform")
    events.warn_once("grey", "grey it is")
    events.warn_once("grey", "grey it is")
    events.count("scans received", 2)
    assert log == ["no transform", "bad cloud", "no transform (4 so far)", "grey it is"]
    assert events.counts() == {
        "dropped: bad_cloud": 1,
        "dropped: no_transform": 4,
        "scans received": 2,
    }


def test_faults_are_logged_with_their_origin_and_throttled_too():
    log = Log()
    events = EventCounters(log)
    for _ in range(3):
        try:
            raise ZeroDivisionError("made up")
        except ZeroDivisionError as error:
            events.error_throttled("encoding_failed", "encoding the map failed", error)
    (text,) = log
    assert text.startswith("encoding the map failed: ZeroDivisionError: made up\nTraceback")
    assert "test_event_counters.py" in text
    assert events.counts() == {"dropped: encoding_failed": 3}


def test_what_others_sent_is_logged_without_its_controls():
    log = Log()
    events = EventCounters(log)
    events.warn_throttled("a", "frame \x1b[2J" + "x" * 100_000)
    events.warn_once("b", "field \r\n\x07")
    events.error_throttled("c", "file \x1b[31m", ValueError("\ud800"))
    for text in log:
        assert all(line.isprintable() and len(line) < 1100 for line in text.split("\n"))


def test_names_made_up_by_others_fill_no_memory():
    events = EventCounters(Log())
    for k in range(3000):
        events.warn_once(f"tf {k}", "something")
    assert len(events._last_warning) == 1000

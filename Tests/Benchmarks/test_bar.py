"""What the bar makes of a result: values, verdicts, and what is said where something was not measured."""

import pytest

from harness import bar


def comparison(direction, macs, own, ahead):
    return {"direction": direction, "macs": macs, "candidates": {
        "viaduct": {"own": {"median": own, "minimum": own, "maximum": own}},
        "Open vSwitch, static flows": {"viaduct_ahead": ahead}, "Open vSwitch, learning": {"viaduct_ahead": ahead + 1}}}


def runs(*own, disturbed=()):
    return {"own": {"median": own[0]}, "runs": [
        {"own": value, "gateway": value + 50, "disturbed": index in disturbed} for index, value in enumerate(own)]}


def judged(text, document):
    return bar.judge(next(row for row in bar.ROWS if text in row.text), document)


@pytest.mark.parametrize("value, verdict", [(50, "aim met"), (50.1, "met"), (85, "met"), (85.1, "missed"), (None, "not measured")])
def test_a_cost_is_judged_by_both_limits(value, verdict):
    assert bar.verdict(value, 85, 50, least=False) == verdict


@pytest.mark.parametrize("value, verdict", [(3.3, "aim met"), (3.2, "met"), (2.1, "missed")])
def test_a_rate_is_judged_the_other_way_round(value, verdict):
    assert bar.verdict(value, 2.2, 3.3, least=True) == verdict


def test_the_worst_value_of_a_row_decides():
    document = {"peers": [comparison("encap", 1000, 60, 3.4), comparison("decap", 1000, 60, 2.9)]}
    row = judged("Open vSwitch, 1000 MACs", document)
    assert (row["measured"], row["verdict"]) == ("3.40 / 2.90x", "missed")
    assert [value["verdict"] for value in row["values"]] == ["aim met", "missed"]


def test_viaduct_is_compared_with_the_better_set_up_of_open_vswitch():
    document = {"peers": [comparison("encap", 100_000, 60, 7.0)]}
    assert judged("Open vSwitch, 100,000", document)["values"][0]["value"] == 7.0


def test_nothing_measured_is_said_and_is_no_success():
    for row in bar.judge_all({}):
        assert row["verdict"] == "not measured"
        assert "?" in row["measured"]


def test_ratios_are_those_within_rounds():
    document = {"matrix": {"encap 64": runs(50, 100), "encap imix": runs(55, 110), "encap 1518": runs(50, 100)}}
    assert [value["value"] for value in judged("IMIX", document)["values"]] == [1.1, None, 1.0, None]


def test_rounds_in_which_the_core_was_lost_do_not_count_beside_calm_ones():
    document = {"matrix": {"encap 64": runs(50, 50), "encap imix": runs(50, 500, disturbed={1})}}
    assert judged("IMIX", document)["values"][0]["value"] == 1.0


def test_ipv6_is_set_beside_ipv4_in_each_direction():
    document = {"matrix": {"encap ipv4": runs(50, 100), "encap ipv6": runs(55, 110), "decap ipv4": runs(50), "decap ipv6": runs(49)}}
    assert [judged(f"IPv6 {name}", document)["verdict"] for name in ("encapsulation", "decapsulation")] == ["met", "aim met"]
    document["matrix"]["encap ipv6"] = runs(56, 112)
    assert judged("IPv6 encapsulation", document)["measured"] == "1.12x"
    assert judged("IPv6 encapsulation", document)["verdict"] == "missed"


def test_what_a_byte_of_a_checksum_costs_is_what_long_frames_take_more():
    keys = [f"{direction} ipv6-checksum" for direction in ("encap", "decap")]
    matrix = {f"{key} 64": runs(100, 130) for key in keys} | {f"{key} 1518": runs(245.4, 275.4) for key in keys}
    row = judged("UDP checksum", {"matrix": matrix})
    assert row["measured"] == "? / ? / 0.100 / 0.100"
    assert [value["verdict"] for value in row["values"]] == ["not measured", "not measured", "reported", "reported"]


def test_more_macs_are_slower_when_their_packets_take_longer():
    document = {"matrix": {"encap synthetic 100000x1": runs(50), "encap synthetic 1000000x1": runs(150)}}
    assert judged("1 million MACs against", document)["values"][0]["value"] == 0.5


def test_lookups_are_set_beside_rte_hash_with_as_many_entries():
    rows = [{"name": "mac_lookup", "variant": variant, "entries": entries, "cycles_median": cycles} for variant, entries, cycles in (
        ("viaduct", 1000, 10.0), ("rte_hash", 1000, 40.0), ("viaduct", 100_000, 20.0))]
    row = judged("MAC lookup", {"micro": {"results": rows}})
    assert row["measured"] == "0.25 / ? / ?x"
    assert row["verdict"] == "not measured"


def test_latency_is_reported_whatever_it_is():
    document = {"latency": {"ratios": {"10": {"p99": 4.0}, "90": {"p99": 1.2}}}}
    row = judged("latency", document)
    assert (row["measured"], row["must"], row["verdict"]) == ("4.00 / 1.20x", "reported", "reported")


def test_the_rows_are_those_of_the_bar_in_its_order():
    assert len(bar.ROWS) == 19
    assert bar.ROWS[0].text.startswith("encapsulation, 1000 MACs")
    assert bar.ROWS[-1].text.startswith("memory")

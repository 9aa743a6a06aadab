"""The table in docs/ros.md is the one of the code."""

from detailbase_ros.tools import interface_tables


def test_the_page_is_up_to_date():
    page = interface_tables.PAGE.read_text(encoding="utf-8")
    assert interface_tables.renewed(page) == page, (
        "run: python -m detailbase_ros.tools.interface_tables"
    )


def test_every_meaning_has_its_endpoint():
    names = {row.name for row in interface_tables.rows()}
    assert names == set(interface_tables._MEANINGS)

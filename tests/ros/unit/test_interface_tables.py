"""The table in docs/ros.md is the one of the code."""

from detailbase_ros.tools import interface_tables


def test_the_page_is_up_to_date():
    page = interface_tables.PAGE.read_text(encoding="utf-8")
    assert interface_tables.renewed(page) == page, (
        "run: python -m detailbase_ros.tools.interface_tables"
    )
    assert "`~/grounding`" in page and "`~/load_scene`" in page

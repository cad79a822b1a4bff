"""Charts: a bar is as long as its number is large, beside the others."""

from services.referrals.charts import as_svg


def test_a_sum_has_no_bar_to_compare_with_its_parts() -> None:
    column = {"name": "gaps", "unit": "count", "definition": "Facts"}
    rows = [{"label": "food", "values": {"gaps": 40}}, {"label": "work", "values": {"gaps": 60}}]
    report = {"report": "gaps", "by": "category", "year": 2026, "columns": [column], "rows": rows}
    picture = as_svg({**report, "total": {"gaps": 100}})
    assert picture.count('fill="#1f5f99"') == 2
    assert "All: 100." in picture

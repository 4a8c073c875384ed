"""The five dates of a bill."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattdesk.kernel.schedule import billing_dates as dates

months = st.dates(date(2000, 1, 1), date(2099, 12, 1)).map(lambda d: d.replace(day=1))


class TestBillingDates:
    def test_a_segment_read_on_the_22nd(self) -> None:
        found = dates.billing_dates(
            receivable_month=date(2026, 11, 1), reading_day=22, cycle="MONTHLY", due_days=23
        )
        assert found == dates.BillingDates(
            receivable_month=date(2026, 11, 1),
            reading_date=date(2026, 11, 22),
            from_date=date(2026, 10, 22),
            to_date=date(2026, 11, 22),
            due_date=date(2026, 12, 15),
            months=1,
        )

    def test_natural_month_closes_on_the_first(self) -> None:
        found = dates.billing_dates(
            receivable_month=date(2026, 3, 1), reading_day=1, cycle="MONTHLY", due_days=20
        )
        assert (found.from_date, found.to_date) == (date(2026, 2, 1), date(2026, 3, 1))

    def test_two_monthly_cycle_spans_two_months_over_the_year_end(self) -> None:
        found = dates.billing_dates(
            receivable_month=date(2027, 1, 1), reading_day=10, cycle="ODD_MONTHS", due_days=20
        )
        assert (found.from_date, found.to_date, found.months) == (
            date(2026, 11, 10),
            date(2027, 1, 10),
            2,
        )

    def test_refuses_a_month_that_is_not_due(self) -> None:
        with pytest.raises(ValueError, match="not due"):
            dates.billing_dates(
                receivable_month=date(2027, 2, 1), reading_day=10, cycle="ODD_MONTHS", due_days=20
            )

    @pytest.mark.parametrize("day", [0, 29, 31])
    def test_refuses_days_that_some_months_lack(self, day: int) -> None:
        with pytest.raises(ValueError, match="reading day"):
            dates.billing_dates(
                receivable_month=date(2027, 2, 1), reading_day=day, cycle="MONTHLY", due_days=20
            )

    @given(months, st.integers(1, 28), st.sampled_from(["MONTHLY", "ODD_MONTHS", "EVEN_MONTHS"]))
    def test_periods_follow_each_other_without_gap_or_overlap(
        self, month: date, day: int, cycle: str
    ) -> None:
        step = 1 if cycle == "MONTHLY" else 2
        if not dates.is_due(cycle, month):
            month = dates.add_months(month, 1)
        this, following = (
            dates.billing_dates(receivable_month=m, reading_day=day, cycle=cycle, due_days=20)
            for m in (month, dates.add_months(month, step))
        )
        assert this.to_date == following.from_date
        assert this.to_date - this.from_date > timedelta(days=27)


class TestParseMonth:
    def test_reads_year_and_month(self) -> None:
        assert dates.parse_month("2014-01") == date(2014, 1, 1)

    @pytest.mark.parametrize("text", ["2014", "2014-13", "14-01", "2014-1-1", "x", "2014-00"])
    def test_says_the_form_that_is_wanted(self, text: str) -> None:
        with pytest.raises(ValueError, match="write it as 2014-01"):
            dates.parse_month(text)

"""The chart of accounts: from the rulebook into the table."""

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from tests.factories.identity import act
from tests.factories.ledger import chart
from wattdesk.domains.audit import api as audit
from wattdesk.domains.ledger import api as ledger
from wattdesk.domains.ledger.chart import read_chart
from wattdesk.domains.ledger.models import LedgerAccount
from wattdesk.kernel.posting import TEMPLATES

pytestmark = pytest.mark.django_db


def own_rules(settings, folder: Path, *entries: str) -> None:
    """A supplier's own chart, in force for every test day."""
    lines = "\n".join(f"    - {entry}" for entry in entries)
    (folder / "chart_of_accounts.yaml").write_text(
        "- name: chart_of_accounts.accounts\n  effective_from: 2000-01-01\n  source: own\n"
        f"  value:\n{lines}\n",
        encoding="utf-8",
    )
    settings.RULEBOOK_EXTRA = str(folder)


class TestReadChart:
    def test_has_both_names_of_every_account(self):
        accounts = {account.code: account for account in read_chart(on=date(2026, 11, 22))}
        assert accounts["RECEIVABLE"].name == "应收电费"
        assert accounts["RECEIVABLE"].name_en == "Electricity receivable"
        assert accounts["RECEIVABLE"].by_customer
        assert accounts["GOVERNMENT_FUNDS"].kind == "LIABILITY"

    def test_knows_every_account_that_a_template_moves(self):
        accounts = {account.code: account for account in read_chart(on=date(2026, 11, 22))}
        for template in TEMPLATES.values():
            for leg in template.legs:
                assert accounts[leg.ledger_account].by_customer == leg.by_customer

    @pytest.mark.parametrize(
        "entry",
        [
            "{code: X, name: 甲, name_en: X, kind: TREASURE}",
            "{code: X, name: 甲, kind: ASSET}",
            "{code: X, name: 甲, name_en: '', kind: ASSET}",
            "{code: X, name: 甲, name_en: X, kind: ASSET, by_customer: often}",
            "{code: X, name: 甲, name_en: X, kind: ASSET, colour: red}",
            "just words",
        ],
    )
    def test_refuses_a_malformed_account(self, settings, tmp_path, entry):
        own_rules(settings, tmp_path, entry)
        with pytest.raises(ledger.ChartMalformed):
            read_chart(on=date(2026, 11, 22))

    def test_refuses_a_code_that_stands_twice(self, settings, tmp_path):
        entry = "{code: X, name: 甲, name_en: X, kind: ASSET}"
        own_rules(settings, tmp_path, entry, entry)
        with pytest.raises(ledger.ChartMalformed):
            read_chart(on=date(2026, 11, 22))


class TestEnsureChart:
    def test_fills_the_table_once_and_says_so(self):
        chart()
        assert LedgerAccount.objects.get(code="ENERGY_REVENUE").name == "电费收入"
        (record,) = audit.timeline("ledger:chart")
        assert "RECEIVABLE" in record.after["accounts"]
        assert ledger.ensure_chart(by=act()) == 0
        assert len(audit.timeline("ledger:chart")) == 1

    def test_takes_a_new_name_and_keeps_what_is_no_longer_listed(self, settings, tmp_path):
        chart()
        known = LedgerAccount.objects.count()
        own_rules(
            settings,
            tmp_path,
            "{code: RECEIVABLE, name: 应收账款, name_en: Receivables, kind: ASSET,"
            " by_customer: true}",
        )
        assert ledger.ensure_chart(by=act()) == 1
        assert LedgerAccount.objects.get(code="RECEIVABLE").name == "应收账款"
        assert LedgerAccount.objects.count() == known

    def test_refuses_to_change_what_an_account_means(self, settings, tmp_path):
        chart()
        own_rules(
            settings, tmp_path, "{code: RECEIVABLE, name: 应收, name_en: Receivable, kind: INCOME}"
        )
        with pytest.raises(ledger.AccountChangesMeaning):
            ledger.ensure_chart(by=act())
        assert LedgerAccount.objects.get(code="RECEIVABLE").kind == "ASSET"


class TestLedgerAccount:
    @pytest.mark.parametrize("change", [{"kind": "INCOME"}, {"code": "X"}, {"by_customer": False}])
    def test_keeps_its_meaning_in_the_database_too(self, change):
        chart()
        with pytest.raises(IntegrityError, match="only its names"), transaction.atomic():
            LedgerAccount.objects.filter(code="RECEIVABLE").update(**change)
        assert LedgerAccount.objects.get(code="RECEIVABLE").kind == "ASSET"

    def test_cannot_be_removed(self):
        chart()
        with pytest.raises(IntegrityError, match="only its names"), transaction.atomic():
            LedgerAccount.objects.filter(code="CASH").delete()
        assert LedgerAccount.objects.filter(code="CASH").exists()

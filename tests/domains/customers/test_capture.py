"""What the front desk captures is checked before it is kept (R-CUST-03)."""

from datetime import date

import pytest

from tests.factories.customers import credit_code, id_card
from wattdesk.domains.customers import capture
from wattdesk.domains.customers.data import CustomerEntry, PhoneEntry

TODAY = date(2026, 11, 22)
PHONE = (PhoneEntry("13800002046"),)


class TestIdentityNumber:
    # The example printed in GB 11643-1999, and its neighbor with X.
    @pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
    def test_published_examples_are_right(self, number: str) -> None:
        assert capture.id_card_faults(number, today=TODAY) == []

    @pytest.mark.parametrize(
        "number",
        [
            "110105194912310021",  # another check character
            "11010519491231002",  # 17 characters
            "110105194902310021",  # 31 February
            "11010520991231002X",  # not born yet
            "1101O519491231002X",  # the letter O
        ],
    )
    def test_slips_are_told(self, number: str) -> None:
        assert capture.id_card_faults(number, today=TODAY)

    def test_every_single_digit_slip_is_noticed(self) -> None:
        good = id_card(7)
        for place in range(17):
            for digit in "0123456789":
                if digit != good[place]:
                    slip = good[:place] + digit + good[place + 1 :]
                    assert capture.id_card_faults(slip, today=TODAY)


class TestCreditCode:
    def test_published_code_is_right(self) -> None:
        # Of the standard's own issuing body, as printed on its papers.
        assert capture.credit_code_faults("91350100M000100Y43") == []

    def test_own_codes_are_right_and_slips_are_told(self) -> None:
        good = credit_code(123)
        assert capture.credit_code_faults(good) == []
        assert capture.credit_code_faults(good[:-1] + ("0" if good[-1] != "0" else "1"))
        assert capture.credit_code_faults(good[:-1])
        assert capture.credit_code_faults("I" + good[1:])


class TestPhone:
    @pytest.mark.parametrize(
        "phone",
        ["13800002046", "+86 138-0000-2046", "０１０－88886666", "0571-88886666-12", "4008123123"],
    )
    def test_usual_forms_are_taken(self, phone: str) -> None:
        assert capture.phone_faults(phone) == []

    @pytest.mark.parametrize("phone", ["", "12345", "23800002046", "1380000204", "138000020466"])
    def test_others_are_told(self, phone: str) -> None:
        assert capture.phone_faults(phone)

    def test_is_kept_in_plain_form(self) -> None:
        assert capture.plain_phone(" +86 138 0000-2046") == "13800002046"
        assert capture.plain_phone("（0571）88886666") == "057188886666"


class TestCustomer:
    def test_everything_wrong_is_told_at_once(self) -> None:
        entry = CustomerEntry("ALIEN", "  ", "ID_CARD", "123", phones=(PhoneEntry("1", "", "FAX"),))
        faults = capture.customer_faults(capture.cleaned(entry), today=TODAY)
        assert set(faults) == {"kind", "name", "id_number", "phones.0"}
        assert len(faults["phones.0"]) == 2

    def test_a_right_entry_has_no_faults(self) -> None:
        entry = CustomerEntry("PERSON", "张三", "ID_CARD", id_card(1), phones=PHONE)
        assert capture.customer_faults(entry, today=TODAY) == {}

    def test_a_body_shows_its_credit_code(self) -> None:
        entry = CustomerEntry("ENTERPRISE", "澜川恒瑞有限公司", "ID_CARD", id_card(1), phones=PHONE)
        assert set(capture.customer_faults(entry, today=TODAY)) == {"id_kind"}
        entry = CustomerEntry("ENTERPRISE", "澜川恒瑞有限公司", phones=PHONE)
        assert set(capture.customer_faults(entry, today=TODAY)) == {"id_number"}

    def test_a_phone_is_needed(self) -> None:
        entry = CustomerEntry("PERSON", "张三", "ID_CARD", id_card(1))
        assert set(capture.customer_faults(entry, today=TODAY)) == {"phones"}

"""Masking shows enough to recognize and not enough to know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattdesk.domains.identity import api as identity


class TestName:
    @pytest.mark.parametrize(
        ("name", "masked"),
        [
            ("张三", "张*"),
            ("张小三", "张*三"),
            ("欧阳娜娜", "欧**娜"),
            ("阿卜杜拉·买买提", "阿******提"),
            ("张", "*"),
            ("", ""),
            ("𠮷野家", "𠮷*家"),
            ("John Smith", "J*** S****"),
            ("Li", "L*"),
            (" 张三 ", "张*"),
        ],
    )
    def test_keeps_first_and_last(self, name, masked):
        assert identity.mask_name(name) == masked


class TestPhone:
    @pytest.mark.parametrize(
        ("phone", "masked"),
        [
            ("13812342046", "138****2046"),
            ("+8613812342046", "+86138****2046"),
            ("0571-88123456", "0571-****3456"),
            ("057188123456", "057*****3456"),
            ("88123456", "****3456"),
            ("95598", "***98"),
            ("12", "**"),
            ("", ""),
        ],
    )
    def test_keeps_network_and_last_four(self, phone, masked):
        assert identity.mask_phone(phone) == masked


class TestIdentityNumber:
    @pytest.mark.parametrize(
        ("number", "masked"),
        [
            ("11010519491231002X", "110***********002X"),
            ("130503670401001", "130********1001"),
            ("E12345678", "E******78"),
            ("AB1", "***"),
            ("", ""),
        ],
    )
    def test_keeps_three_and_four(self, number, masked):
        assert identity.mask_id(number) == masked


class TestAddress:
    @pytest.mark.parametrize(
        ("address", "masked"),
        [
            ("杭州市西湖区人民路12号3栋502室", "杭州市西湖区人民路*号*栋*室"),
            ("五一路3-2号", "五一路*号"),
            ("城关镇东街十二号", "城关镇东街*号"),
            ("幸福小区B座1单元", "幸福小区*座*单元"),
            ("幸福小区３号楼", "幸福小区*号楼"),
            ("青山村三组", "青山村*组"),
            ("解放路12号A101", "解放路*号*"),
            ("104国道旁", "104国道旁"),
            ("青山村", "青山村"),
        ],
    )
    def test_masks_the_numbers_of_house_and_room(self, address, masked):
        assert identity.mask_address(address) == masked


class TestEmail:
    def test_keeps_the_first_character_and_the_host(self):
        assert identity.mask_email("zhangsan@example.cn") == "z***@example.cn"
        assert identity.mask_email("zhangsan") == "********"


class TestLaws:
    @given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
    def test_a_mobile_number_never_shows_its_middle(self, phone):
        masked = identity.mask_phone(phone)
        assert len(masked) == len(phone)
        assert masked[3:7] == "****"

    @given(st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True))
    def test_a_birthday_never_shows(self, number):
        assert set(identity.mask_id(number)[6:14]) == {"*"}

    @given(st.text(alphabet="张王李赵欧阳娜三四", min_size=2, max_size=8))
    def test_a_name_always_loses_something(self, name):
        assert identity.mask_name(name) != name

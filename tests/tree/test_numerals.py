from decimal import Decimal

import pytest

from wizard.tree.numerals import LONGEST, group_digits, read_number, write_number


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        pytest.param("50000", "50000", id="digits"),
        pytest.param("007", "7", id="leading zeros"),
        pytest.param("7.20", "7.20", id="fraction"),
        pytest.param("５００００", "50000", id="full-width digits"),
        pytest.param("７．２", "7.2", id="full-width point"),
        pytest.param("50,000", "50000", id="thousands separator"),
        pytest.param("1,234,567.8", "1234567.8", id="two separators and a fraction"),
        pytest.param("５０，０００", "50000", id="full-width separator"),
        pytest.param(" 50 000 ", "50000", id="spaces"),
        pytest.param("\u300050000\u3000", "50000", id="full-width spaces"),
        pytest.param("5万", "50000", id="ten thousands"),
        pytest.param("0.00005万", "0.5", id="small part of ten thousands"),
        pytest.param("5w", "50000", id="w for wan"),
        pytest.param("5W", "50000", id="capital W"),
        pytest.param("¥50000", "50000", id="yen sign"),
        pytest.param("五万", "50000", id="Chinese characters"),
        pytest.param("三千五", "3500", id="last scale left out"),
        pytest.param("1万2", "12000", id="digits with the last scale left out"),
        pytest.param("两万三千", "23000", id="two scales"),
        pytest.param("3千", "3000", id="thousands"),
        pytest.param("十五", "15", id="ten in front"),
        pytest.param("叁仟伍佰", "3500", id="characters of cheques"),
        pytest.param("三万零五十", "30050", id="zero between"),
    ],
)
def test_read_number(typed, value):
    assert read_number(typed) == Decimal(value)


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [
        pytest.param("50000", "元", "50000", id="unit left out"),
        pytest.param("50000 元", "元", "50000", id="unit in Chinese"),
        pytest.param("50000 Yuan", "yuan", "50000", id="unit in English"),
        pytest.param("50000元", "yuan", "50000", id="yuan whatever the language"),
        pytest.param("￥50,000元", "元", "50000", id="full-width yen sign and yuan"),
        pytest.param("1.5 万元", "元", "15000", id="ten thousands of yuan"),
        pytest.param("300块", "元", "300", id="colloquial yuan"),
        pytest.param("23.9%", "%", "23.9", id="percent"),
        pytest.param("２３．９％", "%", "23.9", id="full-width percent"),
        pytest.param("3 working days", "working days", "3", id="unit of two words"),
    ],
)
def test_read_number_with_unit(typed, unit, value):
    assert read_number(typed, unit) == Decimal(value)


@pytest.mark.parametrize(("typed", "unit"), [("5%", "元"), ("24元", "%"), ("5天", "元")])
def test_read_number_refuses_another_unit(typed, unit):
    with pytest.raises(ValueError, match="not a number"):
        read_number(typed, unit)


def test_read_number_refuses_what_an_address_could_not_hold():
    with pytest.raises(ValueError, match="too long"):
        read_number("9" * 39 + "万")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "abc",
        "五万多",
        "-5",
        "+5",
        "5-6",
        "1e9",
        "NaN",
        "Infinity",
        "0x10",
        ".5",
        "5.",
        "1.2.3",
        "1,2",
        "1,2345",
        ",123",
        "5万万",
        "5元元",
        "元",
        "万",
        "%",
        "5\x00",
        "5\u200b0",
        "5²",
        "⑤",
        "५",
        "\ud800",
        "5 apples",
    ],
)
def test_read_number_refuses(typed):
    with pytest.raises(ValueError, match="not a number"):
        read_number(typed)


def test_read_number_takes_the_longest():
    assert read_number("1" * LONGEST) == Decimal("1" * LONGEST)


@pytest.mark.parametrize("length", [LONGEST + 1, 10_000])
def test_read_number_refuses_the_too_long(length):
    with pytest.raises(ValueError, match="too long"):
        read_number("1" * length)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("50000", "50000"),
        ("5E+4", "50000"),
        ("50000.00", "50000"),
        ("7.20", "7.2"),
        ("0.05", "0.05"),
        ("0.00", "0"),
    ],
)
def test_write_number(value, written):
    assert write_number(Decimal(value)) == written


@pytest.mark.parametrize("typed", ["50000", "1.5万", "０．２５", "1,000.50", "0"])
def test_written_number_reads_as_the_same(typed):
    value = read_number(typed)

    assert read_number(write_number(value)) == value


@pytest.mark.parametrize(
    ("value", "grouped"),
    [
        ("999", "999"),
        ("50000", "50,000"),
        ("1000000.00", "1,000,000"),
        ("1234.5", "1,234.5"),
        ("7.2", "7.2"),
    ],
)
def test_group_digits(value, grouped):
    assert group_digits(Decimal(value)) == grouped

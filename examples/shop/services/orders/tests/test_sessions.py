"""Sessions, vouchers, refunds and the archive."""

from __future__ import annotations

from testkit.accessor import get_test_redis

from ..archive import Archive
from ..refunds import Refunds
from ..sessions import customer_of, log_in, log_out
from ..vouchers import VoucherBook, spare_store


def test_a_session_has_a_customer() -> None:
    """As long as it lasts."""
    log_in("s-1", "ada")
    assert customer_of("s-1") == "ada"
    assert get_test_redis().exists("session:s-1")
    log_out("s-1")
    assert customer_of("s-1") is None


def test_a_voucher_is_good_once() -> None:
    """The second customer pays the full price."""
    book = VoucherBook("spring")
    book.issue("TEA", 500)
    assert spare_store().exists("voucher:spring:TEA")
    assert book.redeem("TEA") == 500
    assert book.redeem("TEA") == 0


def test_money_goes_back_once() -> None:
    """A second click pays nothing."""
    refunds = Refunds(get_test_redis())
    assert refunds.pay_back("R000001", 2450)
    assert not refunds.pay_back("R000001", 2450)
    assert get_test_redis().get("refund:R000001") == "2450"


def test_the_archive_keeps_orders() -> None:
    """What is put away can be read again."""
    archive = Archive()
    archive.keep("R000001", "two pots")
    assert archive.read("R000001") == "two pots"
    assert archive.read("R000002") is None

"""Words lead to products."""

from __future__ import annotations

from unittest import mock

from ..search import SearchIndex


def test_a_word_leads_to_all_its_products() -> None:
    """Upper and lower case are the same word."""
    index = SearchIndex()
    index.add("Pot", "T-1")
    index.add("pot", "P-7")
    assert index.find("POT") == ["T-1", "P-7"]
    assert index.find("cup") == []


def test_the_index_asks_its_cache() -> None:
    """The patch stands in for the real cache."""
    with mock.patch("catalogue.search.Cache") as cache:  # <- RSS005
        cache.return_value.get.return_value = "T-1,T-9"
        assert SearchIndex().find("pot") == ["T-1", "T-9"]
    cache.return_value.get.assert_called_once_with("search:pot")

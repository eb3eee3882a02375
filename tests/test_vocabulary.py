"""Searches by the words of all files find the same as searches of the files themselves."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flake8_redis_ssot.project.contents import ProjectContents, whole_word
from flake8_redis_ssot.project.vocabulary import Vocabulary

_BYTES = st.binary(max_size=12) | st.text(alphabet='ab_1. "\n\ré', max_size=24).map(str.encode)
_FILES = st.dictionaries(st.sampled_from(["a.py", "b.py", "c.py"]), _BYTES)
_TEXT = st.text(alphabet='ab_1."é', min_size=1, max_size=4).map(str.encode)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files=_FILES, changed=_FILES, text=_TEXT)
def test_a_text_is_found_as_in_the_files(files: dict[str, bytes], changed: dict[str, bytes], text: bytes) -> None:
    contents = dict(files)
    vocabulary = Vocabulary(files, contents.__getitem__)
    contents |= changed
    vocabulary.update(changed)
    assert {*vocabulary.find_text(text)} == {path for path, data in contents.items() if text in data}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files=_FILES, changed=_FILES, word=st.text(alphabet="ab_1", min_size=1, max_size=3).map(str.encode))
def test_a_word_is_found_as_by_a_regular_expression(
    files: dict[str, bytes], changed: dict[str, bytes], word: bytes
) -> None:
    contents = dict(files)
    vocabulary = Vocabulary(files, contents.__getitem__)
    contents |= changed
    vocabulary.update(changed)
    expected = {path for path, data in contents.items() if re.search(whole_word(word), data)}
    assert {*vocabulary.find_word(word)} == expected


def test_unreadable_files_contain_nothing() -> None:
    def read(path: str) -> bytes:
        raise OSError(path)

    vocabulary = Vocabulary(["a.py"], read)
    vocabulary.update(["b.py"])
    assert not [*vocabulary.find_text(b"word"), *vocabulary.find_word(b"word"), *vocabulary.find_text(b'"')]


def test_many_searches_find_the_same_as_the_first_ones() -> None:
    files = {f"m{number}.py": b"def name_%d(): return 'other.name'" % number for number in range(9)}
    contents = ProjectContents(files, files)
    first = [contents.find_with_words([word]) for word in ("name", "name_3", "ame", "é")]
    with contents.keep_bytes():
        contents.find_literals([b"word%d" % number for number in range(99)])
        contents.update({"m3.py": b"name = 1"})
        assert contents.find_with_words(["name_3"]) == ()
        assert contents.find_literals([b"er.na", b"name = 1"]) == sorted(files)
        contents.update({"m3.py": files["m3.py"]})
        assert [contents.find_with_words([word]) for word in ("name", "name_3", "ame", "é")] == first
    assert first == [tuple(sorted(files)), ("m3.py",), (), ()]

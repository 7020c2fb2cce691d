"""A mail's subject comes back word for word, whatever its script."""

import email
import email.policy
from email.header import decode_header, make_header

from hypothesis import given
from hypothesis import strategies as st

from straitwatch.deliver.encoded_words import encode_header

WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=200
).map(lambda text: " ".join(text.split()))


@given(WORDS | st.from_regex(r"(?:[а-яіїє]{2,14} ){1,20}[a-z]{3}", fullmatch=True))
def test_subject_is_decoded_to_the_same_text(subject: str) -> None:
    line = encode_header("Subject", subject).decode("ascii")

    (value,) = [line.partition(": ")[2].rstrip("\r\n")]
    assert str(make_header(decode_header(value))) == subject


@given(WORDS)
def test_lines_of_a_subject_are_short(subject: str) -> None:
    lines = encode_header("Subject", subject).split(b"\r\n")

    assert max(map(len, lines)) <= 76


@given(WORDS)
def test_encoded_word_is_text_by_itself(subject: str) -> None:
    message = email.message_from_bytes(
        encode_header("Subject", subject) + b"\r\n", policy=email.policy.compat32
    )

    for word in str(message["Subject"]).split():
        if word.startswith("=?"):
            ((text, charset),) = decode_header(word)
            assert isinstance(text, bytes)
            text.decode(charset or "ascii")

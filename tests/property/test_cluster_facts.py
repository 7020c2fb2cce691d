"""Whatever texts are compared: differences are symmetric, and a text does not differ from itself."""

from hypothesis import given, settings
from hypothesis import strategies as st

from builders.beat import SHIPPED
from straitwatch.core.cluster import Lexicon
from straitwatch.core.cluster.fact_reader import FactReader
from straitwatch.core.cluster.facts import Facts, differences
from straitwatch.core.cluster.text import clean_title

LEXICON = Lexicon(SHIPPED)
READER = FactReader(LEXICON)
WORDS = (
    "China Tokyo Beijing rejects demands drills begin end not 14 missiles ships Rubio Kinmen : , "
    "meets refuses to 解放軍 結束 開始 軍演 王毅 拒絕 會談 外交部： 120枚 飛彈 會談を 拒否 終了 を 훈련 종료 "
    "회담 거부 않 Китай начал завершил учения не встретился 5,9 Monday 週一 7/23 CORRECTED-"
)
titles = st.one_of(
    st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join), st.text(max_size=80)
)


def read(title: str) -> Facts:
    return READER.read(clean_title(title), title)


@settings(max_examples=200, deadline=None)
@given(titles, titles)
def test_differences_are_symmetric(a: str, b: str) -> None:
    there, back = differences(read(a), read(b), LEXICON), differences(read(b), read(a), LEXICON)

    assert {(d.kind, d.strength, d.ours, d.theirs) for d in there} == {
        (d.kind, d.strength, d.theirs, d.ours) for d in back
    }


@settings(max_examples=200, deadline=None)
@given(titles)
def test_text_has_no_difference_with_itself_and_its_facts_can_be_stored(title: str) -> None:
    facts = read(title)

    assert differences(facts, facts, LEXICON) == ()
    assert Facts.from_text(facts.to_text()) == facts

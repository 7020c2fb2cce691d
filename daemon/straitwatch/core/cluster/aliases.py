"""How the people, places and things of this beat are called in its languages: data.

One line is one thing; its first name is the one that is shown. Names in spaced scripts are
compared by stems, Chinese in one script, so a line needs neither cases nor both scripts. Words
that mean two things in one language are left out.
"""

from typing import Final, NamedTuple


class Group(NamedTuple):
    """Names of one kind; those of a side speak for it."""

    kind: str
    side: str  # the country that its people and bodies speak for, where there is one
    lines: str


MEDIA: Final = frozenset(  # among the bodies: they report, and are no party to an event
    {
        "Reuters",
        "Kyodo",
        "Financial Times",
        "Wall Street Journal",
        "New York Times",
        "Washington Post",
    }
)
GROUPS: Final = (
    Group(
        "country",
        "",
        """
Taiwan, Taiwanese; 台灣, 台湾, 臺灣; Тайвань, тайваньский, Тайваню, тайванський; 대만, 타이완
China, Chinese, PRC; 中國, 中国, 中共, 大陸, 大陆, 陸方, 中方; Китай, китайский, КНР, китайський; 중국
Russia, Russian; 俄羅斯, 俄国, 俄國, 俄軍, 俄方; Россия, российский, РФ, Росія, російський; ロシア; 러시아
United States, US, U.S, USA, America, American; 美國, 美方, 美軍; США, американский, американський; 米国, アメリカ, 米軍; 미국
Japan, Japanese; 日本, 日方; Япония, японский, Японія, японський; 일본
Ukraine, Ukrainian; 烏克蘭; Украина, украинский, Україна, український; ウクライナ; 우크라이나
North Korea, DPRK; 北韓, 朝鮮; КНДР; 북한
South Korea; 南韓, 韓國; Южная Корея, Республика Корея, Південна Корея; 韓国; 한국
Philippines, Philippine, Filipino; 菲律賓, 菲国, 菲國; Филиппины, филиппинский, Філіппіни; フィリピン; 필리핀
Indonesia; 印度尼西亞, 印尼; Индонезия, Індонезія; インドネシア; 인도네시아
India, Indian; 印度; Индия, индийский, Індія; インド; 인도
Iran, Iranian; 伊朗; Иран, иранский, Іран; イラン; 이란
Australia, Australian; 澳洲, 澳大利亞; Австралия, австралийский, Австралія; オーストラリア, 豪州; 호주
Britain, British, UK; 英國; Великобритания, британский, Британія, Велика Британія; イギリス, 英国; 영국
Germany, German; 德國; Германия, немецкий, Німеччина; ドイツ; 독일
France, French; 法國; Франция, французский, Франція; フランス; 프랑스
Lithuania; 立陶宛; Литва; リトアニア; 리투아니아
Belarus, Belarusian; 白俄羅斯; Беларусь, Белоруссия, Білорусь; ベラルーシ; 벨라루스
Paraguay; 巴拉圭; Парагвай; パラグアイ; 파라과이
Honduras; 宏都拉斯, 洪都拉斯; Гондурас; ホンジュラス; 온두라스
Palau; 帛琉; Палау; パラオ; 팔라우
Canada, Canadian; 加拿大; Канада, канадский, канадський; カナダ; 캐나다
New Zealand; 紐西蘭, 新西蘭; Новая Зеландия, Нова Зеландія; ニュージーランド; 뉴질랜드
Vietnam, Vietnamese; 越南; Вьетнам, вьетнамский, В'єтнам; ベトナム; 베트남
Singapore; 新加坡; Сингапур, Сінгапур; シンガポール; 싱가포르
Malaysia; 馬來西亞; Малайзия, Малайзія; マレーシア; 말레이시아
Thailand; 泰國; Таиланд, Таїланд; 泰国; 태국
Cambodia; 柬埔寨; Камбоджа; カンボジア; 캄보디아
Pakistan, Pakistani; 巴基斯坦; Пакистан, пакистанский; パキスタン; 파키스탄
Mongolia, Mongolian; 蒙古國; Монголия, Монголія; モンゴル; 몽골
Kazakhstan; 哈薩克斯坦, 哈薩克; Казахстан; カザフスタン; 카자흐스탄
Israel, Israeli; 以色列; Израиль, израильский, Ізраїль; イスラエル; 이스라엘
Poland, Polish; 波蘭; Польша, польский, Польща; ポーランド; 폴란드
Czech Republic, Czech; 捷克; Чехия, чешский, Чехія; チェコ; 체코
Hungary, Hungarian; 匈牙利; Венгрия, венгерский, Угорщина; ハンガリー; 헝가리
Netherlands, Dutch; 荷蘭; Нидерланды, Нідерланди; オランダ; 네덜란드
Italy, Italian; 義大利, 意大利; Италия, итальянский, Італія; イタリア; 이탈리아
Spain, Spanish; 西班牙; Испания, испанский, Іспанія; スペイン; 스페인
Somaliland; 索馬利蘭, 索馬里蘭; Сомалиленд; ソマリランド; 소말릴란드
South Africa; 南非; Южная Африка, ЮАР; 南アフリカ; 남아공
Eswatini; 史瓦帝尼, 斯威士蘭; Эсватини; エスワティニ; 에스와티니
Guatemala; 瓜地馬拉, 危地馬拉; Гватемала; グアテマラ; 과테말라
Marshall Islands; 馬紹爾群島; Маршалловы Острова; マーシャル諸島; 마셜제도
Tuvalu; 吐瓦魯, 圖瓦盧; Тувалу; ツバル; 투발루
Nauru; 諾魯, 瑙魯; Науру; ナウル; 나우루
Solomon Islands; 索羅門群島, 所羅門群島; Соломоновы Острова; ソロモン諸島; 솔로몬제도
Haiti; Гаити; ハイチ; 아이티
Panama; 巴拿馬; Панама; パナマ; 파나마
Venezuela, Venezuelan; 委內瑞拉; Венесуэла, Венесуела; ベネズエラ; 베네수엘라
Myanmar; 緬甸; Мьянма, М'янма; ミャンマー; 미얀마
Turkey, Turkish, Türkiye; 土耳其; Турция, турецкий, Туреччина; トルコ; 튀르키예
Serbia, Serbian; 塞爾維亞; Сербия, Сербія; セルビア; 세르비아
""",
    ),
    Group(
        "capital",
        "China",
        """
Beijing; 北京; Пекин, Пекін; 베이징
Zhongnanhai; 中南海; Чжуннаньхай; 중난하이
""",
    ),
    Group(
        "capital",
        "Taiwan",
        """
Taipei; 台北, 臺北; Тайбэй, Тайбей, Тайпей; 타이베이
""",
    ),
    Group(
        "capital",
        "Russia",
        """
Moscow; 莫斯科; Москва; モスクワ; 모스크바
""",
    ),
    Group(
        "capital",
        "United States",
        """
Washington; 華盛頓, 華府; Вашингтон; ワシントン; 워싱턴
White House; 白宮; Белый дом, Білий дім; ホワイトハウス; 백악관
""",
    ),
    Group(
        "capital",
        "Japan",
        """
Tokyo; 東京; Токио, Токіо; 도쿄
""",
    ),
    Group(
        "capital",
        "South Korea",
        """
Seoul; 首爾; Сеул; ソウル; 서울
""",
    ),
    Group(
        "capital",
        "Philippines",
        """
Manila; 馬尼拉; Манила, Маніла; マニラ; 마닐라
""",
    ),
    Group(
        "capital",
        "Ukraine",
        """
Kyiv, Kiev; 基輔; Киев, Київ; キーウ; 키이우
""",
    ),
    Group(
        "capital",
        "North Korea",
        """
Pyongyang; 平壤; Пхеньян; 平壌; 평양
""",
    ),
    Group(
        "capital",
        "India",
        """
New Delhi; 新德里; Нью-Дели, Нью-Делі; ニューデリー; 뉴델리
""",
    ),
    Group(
        "place",
        "",
        """
Hong Kong; 香港; Гонконг; 홍콩
Kinmen; 金門; Цзиньмэнь; 진먼
Matsu; 馬祖; Мацзу
Penghu; 澎湖; Пэнху; 펑후
Kaohsiung; 高雄; Гаосюн
Taiwan Strait; 台灣海峽, 台海, 臺海; Тайваньский пролив, Тайванська протока; 대만해협
South China Sea; 南海; Южно-Китайское море, Південнокитайське море; 南シナ海; 남중국해
East China Sea; 東海; Восточно-Китайское море; 東シナ海; 동중국해
Sea of Japan; 日本海; Японское море, Японське море; 동해
Okinawa; 沖繩; Окинава, Окінава; 沖縄; 오키나와
Guam; 關島; Гуам; グアム; 괌
Vladivostok; 海參崴, 符拉迪沃斯托克; Владивосток; ウラジオストク; 블라디보스토크
Alaska; 阿拉斯加; Аляска; アラスカ; 알래스카
Pacific; 太平洋; Тихий океан, тихоокеанский; 태평양
Arctic; 北極; Арктика, арктический; 북극
median line; 海峽中線, 台海中線, 中線; срединная линия, серединна лінія; 中間線; 중간선
ADIZ, air defence identification zone, air defense identification zone; 防空識別區, 防識區; зона опознавания ПВО; 防空識別圏; 방공식별구역, 카디즈
Brussels; 布魯塞爾; Брюссель; ブリュッセル; 브뤼셀
Geneva; 日內瓦; Женева; ジュネーブ; 제네바
London; 倫敦; Лондон; ロンドン; 런던
Shanghai; 上海; Шанхай; 상하이
Macau, Macao; 澳門; Макао; マカオ; 마카오
Xinjiang; 新疆; Синьцзян, Сіньцзян; 신장위구르
Tibet, Tibetan; 西藏; Тибет, тибетский; チベット; 티베트
Bashi Channel; 巴士海峽; пролив Баши; バシー海峡; 바시해협
Miyako Strait; 宮古海峽; пролив Мияко; 宮古海峡; 미야코 해협
Tsushima Strait, Korea Strait; 對馬海峽, 朝鮮海峽; Цусимский пролив, Корейский пролив; 対馬海峡; 대한해협
Soya Strait, La Perouse Strait; 宗谷海峽; пролив Лаперуза; 宗谷海峡
Tsugaru Strait; 津輕海峽; Сангарский пролив, пролив Цугару; 津軽海峡
Strait of Hormuz, Hormuz; 荷莫茲海峽, 霍爾木茲海峽; Ормузский пролив; ホルムズ海峡; 호르무즈
Strait of Malacca, Malacca Strait; 麻六甲海峽, 馬六甲海峽; Малаккский пролив; マラッカ海峡; 말라카
Bering Sea; 白令海; Берингово море; ベーリング海; 베링해
Sea of Okhotsk; 鄂霍次克海; Охотское море; オホーツク海; 오호츠크해
Philippine Sea; 菲律賓海; Филиппинское море; フィリピン海; 필리핀해
Yellow Sea; 黃海; Желтое море, Жовте море; 黄海; 서해
Black Sea; 黑海; Черное море, Чорне море; 黒海; 흑해
Baltic Sea; 波羅的海; Балтийское море, Балтійське море; バルト海; 발트해
Senkaku Islands, Senkakus, Diaoyu Islands, Diaoyu; 釣魚台, 釣魚島; Сенкаку, Дяоюйдао; 尖閣; 센카쿠, 댜오위다오
Yonaguni; 與那國; Йонагуни; 与那国; 요나구니
Ishigaki; 石垣島; Исигаки; 石垣; 이시가키
Miyako Island, Miyakojima; 宮古島; остров Мияко
Okinotori, Okinotorishima; 沖之鳥; Окинотори; 沖ノ鳥島; 오키노토리
Kuril Islands, Northern Territories; 千島群島, 北方四島; Курильские острова; 北方領土, 千島列島; 쿠릴열도
Scarborough Shoal; 黃岩島, 民主礁; Скарборо; スカボロー礁; 스카버러
Second Thomas Shoal; 仁愛礁, 仁愛暗沙; 세컨드 토머스; セカンド・トーマス礁
Sabina Shoal; 仙賓礁; サビナ礁
Thitu Island, Pag-asa; 中業島; パグアサ島
Spratly Islands, Spratlys; 南沙; Спратли; 南沙諸島, スプラトリー; 스프래틀리
Paracel Islands, Paracels; 西沙; Парасельские острова; 西沙諸島, パラセル; 파라셀
Pratas, Dongsha; 東沙; Пратас; 東沙諸島; 프라타스
Taiping Island, Itu Aba; 太平島; Тайпиндао; 타이핑다오
Pingtan; 平潭
Xiamen; 廈門; Сямынь; アモイ; 샤먼
Tamsui; 淡水河
Taoyuan; 桃園; Таоюань; 타오위안
Hualien; 花蓮; Хуалянь; 화롄
Taitung; 台東, 臺東; Тайдун
Yilan; 宜蘭; Илань
Keelung; 基隆; Цзилун
Pingtung; 屏東; Пиндун
Tainan; 台南, 臺南; Тайнань
Taichung; 台中, 臺中; Тайчжун
Subic Bay; 蘇比克灣; Субик; スービック; 수비크
Batanes; 巴丹群島, 巴丹島; Батанес; バタネス; 바타네스
Luzon; 呂宋; Лусон; ルソン; 루손
Yokosuka; 橫須賀; Йокосука; 横須賀; 요코스카
Kadena; 嘉手納; Кадена; 가데나
Iwakuni; 岩國; Ивакуни; 岩国; 이와쿠니
Pearl Harbor; 珍珠港; Перл-Харбор; 真珠湾; 진주만
Hawaii; 夏威夷; Гавайи; ハワイ; 하와이
Diego Garcia; 迪亞哥加西亞; Диего-Гарсия; ディエゴガルシア
Kamchatka; 堪察加; Камчатка; カムチャツカ; 캄차카
Sakhalin; 庫頁島, 薩哈林; Сахалин, Сахалін; サハリン; 사할린
Crimea, Crimean; 克里米亞; Крым, Крим; クリミア; 크림반도
Donbas, Donbass; 頓巴斯; Донбасс, Донбас; ドンバス; 돈바스
Kursk; 庫爾斯克; クルスク; 쿠르스크
Beidaihe; 北戴河; Бэйдайхэ; 베이다이허
Indo-Pacific; 印太; Индо-Тихоокеанский регион; インド太平洋; 인도태평양
Great Hall of the People; 人民大會堂
""",
    ),
    Group(
        "person",
        "China",
        """
Xi Jinping, Xi; 習近平; Си Цзиньпин, Сі Цзіньпін; 시진핑
Wang Yi; 王毅; Ван И, Ван Ї; 왕이
Dong Jun; 董軍; Дун Цзюнь; 둥쥔
Li Shangfu; 李尚福; Ли Шанфу; 리상푸
Li Qiang; 李強; Ли Цян; 리창
Wang Huning; 王滬寧; Ван Хунин; 왕후닝
Song Tao; 宋濤; Сун Тао; 쑹타오
He Lifeng; 何立峰; Хэ Лифэн; 허리펑
Zhang Youxia; 張又俠; Чжан Юся; 장유샤
He Weidong; 何衛東; Хэ Вэйдун; 허웨이둥
Zhang Shengmin; 張升民; Чжан Шэнминь; 장성민
Miao Hua; 苗華; Мяо Хуа; 먀오화
Chen Binhua; 陳斌華; Чэнь Биньхуа; 천빈화
Zhu Fenglian; 朱鳳蓮; Чжу Фэнлянь; 주펑롄
Peng Qing'en; 彭慶恩
Mao Ning; 毛寧; Мао Нин; 마오닝
Lin Jian; 林劍; Линь Цзянь; 린젠
Guo Jiakun; 郭嘉昆; Го Цзякунь; 궈자쿤
Zhang Xiaogang; 張曉剛; Чжан Сяоган; 장샤오강
Jiang Bin; 蔣斌; Цзян Бинь; 장빈
Shi Yi; 施毅; Ши И
Xie Feng; 謝鋒; Се Фэн; 셰펑
Wu Jianghao; 吳江浩; У Цзянхао; 우장하오
Xue Jian; 薛劍; Сюэ Цзянь; 쉐젠
Liu Jianchao; 劉建超; Лю Цзяньчао; 류젠차오
Zhao Leji; 趙樂際; Чжао Лэцзи; 자오러지
Cai Qi; 蔡奇; Цай Ци; 차이치
Ma Zhaoxu; 馬朝旭; Ма Чжаосюй; 마자오쉬
Fu Cong; 傅聰; Фу Цун; 푸충
""",
    ),
    Group(
        "person",
        "Taiwan",
        """
Lai Ching-te, William Lai, Lai; 賴清德, 賴總統; Лай Циндэ; 頼清徳; 라이칭더
Hsiao Bi-khim; 蕭美琴; Сяо Мэйцинь; 샤오메이친
Cho Jung-tai; 卓榮泰, 卓揆; Чо Чжунтай; 줘룽타이
Lin Chia-lung; 林佳龍; Линь Цзялун; 린자룽
Wellington Koo, Koo Li-hsiung; 顧立雄; Гу Лисюн; 구리슝
Joseph Wu; 吳釗燮; У Чжаосе; 우자오셰
Chiu Chui-cheng; 邱垂正; Цю Чуйчжэн; 추추이정
Liang Wen-chieh; 梁文傑; Лян Вэньцзе; 량원제
Kuan Bi-ling; 管碧玲
Chen Ming-tong; 陳明通
Tsai Ming-yen; 蔡明彥
Mei Chia-shu; 梅家樹
Sun Li-fang; 孫立方
Alexander Yui; 俞大㵢
Karen Kuo, Kuo Ya-hui; 郭雅慧
Wen Lii; 李問
Cheng Li-chiun; 鄭麗君
""",
    ),
    Group(
        "politician",
        "Taiwan",
        """
Tsai Ing-wen, Tsai; 蔡英文, 蔡總統; Цай Инвэнь, Цай Інвень; 차이잉원
Ma Ying-jeou; 馬英九; Ма Инцзю; 마잉주
Ko Wen-je; 柯文哲; Кэ Вэньчжэ; 커원저
Cheng Li-wun; 鄭麗文; Чжэн Ливэнь
Han Kuo-yu; 韓國瑜; Хань Гоюй; 한궈위
Eric Chu, Chu Li-lun; 朱立倫; Чжу Лилунь; 주리룬
Lu Shiow-yen; 盧秀燕; Лу Сюянь; 루슈옌
Chiang Wan-an; 蔣萬安; Цзян Ваньань; 장완안
Hou Yu-ih; 侯友宜; Хоу Юи; 허우유이
Huang Kuo-chang; 黃國昌; Хуан Гочан; 황궈창
Fu Kun-chi; 傅崐萁, 傅崑萁; Фу Куньци
Johnny Chiang; 江啟臣
Hung Hsiu-chu; 洪秀柱
Andrew Hsia; 夏立言
Ker Chien-ming; 柯建銘
Puma Shen; 沈伯洋
Wang Ting-yu; 王定宇
Lo Chih-cheng; 羅致政
Chen Shui-bian; 陳水扁; Чэнь Шуйбянь; 천수이볜
Terry Gou; 郭台銘; Терри Гоу; 궈타이밍
""",
    ),
    Group(
        "person",
        "United States",
        """
Trump; 川普, 特朗普; Трамп; トランプ; 트럼프
Rubio; 魯比歐, 盧比歐, 盧比奧, 魯比奧; Рубио, Рубіо; ルビオ; 루비오
Hegseth; 赫格塞斯, 海格塞斯; Хегсет; ヘグセス; 헤그세스
Vance; 范斯, 萬斯; Вэнс, Венс; バンス副大統領; 밴스
Bessent; 貝森特; Бессент; ベッセント; 베선트
Lutnick; 盧特尼克; Латник; ラトニック; 러트닉
Jamieson Greer; 葛里爾, 格里爾; Джеймисон Грир; グリア代表; 그리어
Elbridge Colby, Colby; 柯伯吉, 科爾比; Колби, Колбі; コルビー; 콜비
Paparo; 帕帕羅; Папаро; パパロ; 파파로
Dan Caine; 凱恩上將; Дэн Кейн, Ден Кейн; 댄 케인
Waltz; 華爾茲, 沃爾茲; Уолтц, Волтц; ウォルツ
Gabbard; 加巴德, 蓋巴德; Габбард, Ґаббард; ギャバード; 개버드
Witkoff; 威科夫, 維特科夫, 威特科夫; Уиткофф, Віткофф; ウィトコフ; 위트코프
Kellogg; 凱洛格, 克洛格; Келлог; ケロッグ; 켈로그
Kushner; 庫許納, 庫什納; Кушнер; クシュナー; 쿠슈너
Landau; 藍道; Ландау; ランドー; 랜도
Mike Johnson, Speaker Johnson; 議長強生, 議長約翰遜; Майк Джонсон; ジョンソン下院議長; 마이크 존슨
Raymond Greene; 谷立言; Рэймонд Грин; 레이먼드 그린
Young Kim; 金映玉; 영 김
McCaul; 麥考爾; Маккол; マコール; 매콜
Wicker; 威克爾; Уикер; ウィッカー
Moolenaar; 穆勒納爾, 莫勒納爾, 穆倫納爾; Муленаар; ムーレナー; 물레나
Krishnamoorthi; 克利什納穆提, 克里希納莫提; クリシュナムルティ
Lindsey Graham; 葛瑞姆, 格雷厄姆; Линдси Грэм, Грэм; グラム上院議員; 그레이엄
David Perdue; 裴杜, 珀杜; Дэвид Пердью; パーデュー; 퍼듀
George Glass; 格拉斯大使; ジョージ・グラス
Karoline Leavitt, Leavitt; 李威特, 萊維特; Ливитт, Левітт; レビット; 레빗
Tammy Bruce; 布魯斯發言人; Тэмми Брюс
""",
    ),
    Group(
        "politician",
        "United States",
        """
Biden; 拜登; Байден; バイデン; 바이든
Pelosi; 裴洛西, 佩洛西, 波洛西; Пелоси, Пелосі; ペロシ; 펠로시
Blinken; 布林肯; Блинкен, Блінкен; ブリンケン; 블링컨
Austin; 奧斯汀; Остин, Остін; オースティン; 오스틴
Sullivan; 蘇利文, 沙利文; Салливан; サリバン; 설리번
McCarthy; 麥卡錫; Маккарти; マッカーシー; 매카시
Pompeo; 蓬佩奧, 龐培歐; Помпео; ポンペオ; 폼페이오
John Bolton; 波頓, 博爾頓; Болтон; ボルトン; 볼턴
""",
    ),
    Group(
        "person",
        "Japan",
        """
Takaichi; 高市早苗, 高市; Такаити; 다카이치
Motegi; 茂木敏充, 茂木; Мотэги; 모테기
Shinjiro Koizumi, Koizumi; 小泉進次郎, 小泉; Коидзуми; 고이즈미
Minoru Kihara, Kihara; 木原稔, 木原; Кихара; 기하라
Iwaya; 岩屋毅; Ивая; 이와야
Gen Nakatani, Nakatani; 中谷元; Накатани; 나카타니
Furuya; 古屋圭司; Фуруя
Funakoshi; 船越健裕
Masaaki Kanai; 金井正彰
""",
    ),
    Group(
        "politician",
        "Japan",
        """
Ishiba; 石破茂, 石破; Исиба; 이시바
Kishida; 岸田文雄, 岸田; Кисида; 기시다
Taro Aso; 麻生太郎; Таро Асо; 아소 다로
Shinzo Abe; 安倍晉三; Синдзо Абэ; 安倍晋三; 아베 신조
""",
    ),
    Group(
        "person",
        "Russia",
        """
Putin; 普京, 普丁, 普亭, 蒲亭; Путин, Путін; プーチン; 푸틴
Shoigu; 紹伊古, 蕭依古; Шойгу; ショイグ; 쇼이구
Belousov; 別洛烏索夫, 貝洛烏索夫; Белоусов, Бєлоусов; ベロウソフ; 벨로우소프
Lavrov; 拉夫羅夫, 拉夫洛夫; Лавров; ラブロフ; 라브로프
Medvedev; 梅德韋傑夫, 麥維德夫; Медведев, Медведєв; メドベージェフ; 메드베데프
Peskov; 佩斯科夫; Песков, Пєсков; ペスコフ; 페스코프
Gerasimov; 格拉西莫夫; Герасимов; ゲラシモフ; 게라시모프
Zakharova; 扎哈羅娃, 札哈羅娃; Захарова; ザハロワ; 자하로바
Ushakov; 烏沙科夫; Ушаков; ウシャコフ; 우샤코프
Mishustin; 米舒斯京, 米舒斯廷; Мишустин; ミシュスチン; 미슈스틴
Kirill Dmitriev, Dmitriev; 德米特里耶夫; Дмитриев, Дмитрієв; ドミトリエフ; 드미트리예프
Rudenko; 盧登科; Руденко; ルデンコ; 루덴코
Ryabkov; 里亞布科夫, 雷布科夫; Рябков; リャプコフ; 랴브코프
Volodin; 沃洛金; Володин, Володін; ボロジン; 볼로딘
""",
    ),
    Group(
        "person",
        "Ukraine",
        """
Zelensky, Zelenskyy; 澤倫斯基, 澤連斯基; Зеленский, Зеленський; ゼレンスキー; 젤렌스키
Sybiha; 瑟比加, 西比哈; Сибига, Сибіга; シビハ; 시비하
Umerov; 烏梅羅夫, 烏梅洛夫; Умеров, Умєров; ウメロフ; 우메로프
Yermak; 葉爾馬克; Ермак, Єрмак; イェルマーク; 예르마크
Syrskyi, Syrsky; 瑟爾斯基, 西爾斯基; Сырский, Сирський; シルスキー; 시르스키
Budanov; 布達諾夫; Буданов; ブダノフ; 부다노우
Kuleba; 庫列巴; Кулеба; クレバ; 쿨레바
Svyrydenko; 斯維里登科; Свириденко; スビリデンコ; 스비리덴코
""",
    ),
    Group(
        "person",
        "South Korea",
        """
Lee Jae-myung, Lee Jae Myung; 李在明; Ли Чжэ Мён, Лі Чже Мьон; イ・ジェミョン; 이재명
Yoon Suk-yeol, Yoon Suk Yeol; 尹錫悅; Юн Сок Ёль, Юн Сок Йоль; ユン・ソンニョル, 尹錫悦; 윤석열
Cho Hyun; 趙顯; Чо Хён; 趙顕
Ahn Gyu-back; 安圭伯; Ан Гю Бэк; 안규백
Wi Sung-lac; 魏聖洛; Ви Сон Рак; 위성락
""",
    ),
    Group(
        "person",
        "North Korea",
        """
Kim Jong Un, Kim Jong-un; 金正恩; Ким Чен Ын, Кім Чен Ин; 김정은
Kim Yo Jong, Kim Yo-jong; 金與正; Ким Ё Чжон; 金与正; 김여정
Choe Son Hui; 崔善姬; Цой Сон Хи; 崔善姫; 최선희
""",
    ),
    Group(
        "person",
        "Philippines",
        """
Marcos; 馬可仕, 小馬可仕, 馬科斯; Маркос; マルコス; 마르코스
Gilberto Teodoro, Teodoro; 鐵歐多洛, 特奧多羅; Теодоро; テオドロ; 테오도로
Lazaro; 拉札羅, 拉扎羅; Ласаро; ラザロ外相; 라자로
Brawner; 布勞納; Браунер; ブラウナー; 브라우너
Tarriela; 塔瑞耶拉, 塔里埃拉; タリエラ
Duterte; 杜特蒂, 杜特爾特; Дутерте; ドゥテルテ; 두테르테
""",
    ),
    Group(
        "person",
        "Europe",
        """
Macron; 馬克宏, 馬克龍, 馬克洪; Макрон; マクロン; 마크롱
Starmer; 施凱爾, 斯塔默, 史塔默; Стармер; スターマー; 스타머
Merz; 梅爾茨, 默茨, 梅茨; Мерц; メルツ; 메르츠
Wadephul; 瓦德富爾, 瓦德福爾; Вадефуль; ワーデフール; 바데풀
Pistorius; 皮斯托瑞斯, 皮斯托里烏斯; Писториус, Пісторіус; ピストリウス; 피스토리우스
Scholz; 蕭茲, 朔爾茨; Шольц; ショルツ; 숄츠
Von der Leyen; 馮德萊恩, 范德賴恩; фон дер Ляйен; フォンデアライエン; 폰데어라이엔
Kallas; 卡拉斯; Каллас; カラス上級代表; 칼라스
Rutte; 呂特; Рютте; ルッテ; 뤼터
Orban, Orbán; 奧班, 歐爾班; Орбан; オルバン; 오르반
Meloni; 梅洛尼; Мелони, Мелоні; メローニ; 멜로니
Tusk; 圖斯克; Туск; トゥスク; 투스크
Sikorski; 西科爾斯基; Сикорский, Сікорський; シコルスキ; 시코르스키
Lukashenko; 盧卡申科, 盧卡申柯; Лукашенко; ルカシェンコ; 루카셴코
Vucic, Vučić; 武契奇, 武奇奇; Вучич; ブチッチ; 부치치
Fico; 費佐, 菲佐; Фицо, Фіцо; フィツォ; 피초
Erdogan; 艾爾段, 埃爾多安; Эрдоган, Ердоган; エルドアン; 에르도안
Barrot; Барро
Yvette Cooper; 伊薇特古柏; Иветт Купер
""",
    ),
    Group(
        "person",
        "",
        """
Modi; 莫迪; Моди, Моді; モディ; 모디
Jaishankar; 蘇杰生, 賈尚卡; Джайшанкар; ジャイシャンカル; 자이샨카르
Albanese; 艾班尼斯, 阿爾巴尼斯, 艾巴尼斯; Албанезе, Альбанезе; アルバニージー; 앨버니지
Richard Marles, Marles; 馬勒斯, 馬爾斯副總理; Марлз; マールズ; 말스
Penny Wong; 黃英賢; Пенни Вонг; ペニー・ウォン; 페니 웡
Carney; 卡尼; Карни, Карні; カーニー
Luxon; 拉克森, 盧克森; Лаксон; ラクソン; 럭슨
Prabowo; 普拉伯沃, 普拉博沃; Прабово; プラボウォ; 프라보워
Anwar Ibrahim; 安華, 安瓦爾; Анвар Ибрагим; アンワル; 안와르
Lawrence Wong; 黃循財; Лоуренс Вонг; ローレンス・ウォン; 로런스 웡
Tô Lâm; 蘇林; トー・ラム; 또럼
Netanyahu; 納坦雅胡, 內塔尼亞胡; Нетаньяху; ネタニヤフ; 네타냐후
Guterres; 古特瑞斯, 古特雷斯; Гутерриш, Гутерреш; グテーレス, グテレス; 구테흐스
Grossi; 葛羅西, 格羅西; Гросси, Гроссі; グロッシ; 그로시
Shehbaz Sharif; 夏巴茲夏立夫; Шахбаз Шариф; シャリフ首相
Mohamed Muizzu; 穆伊祖
Santiago Pena, Peña; 培尼亞, 貝尼亞; Сантьяго Пенья
Lula; 魯拉, 盧拉; Лула; 룰라
Maduro; 馬杜洛, 馬杜羅; Мадуро; マドゥロ; 마두로
Pezeshkian; 裴澤斯基安, 佩澤什基安; Пезешкиан; ペゼシュキアン; 페제시키안
Araghchi; 阿拉奇; Арагчи; アラグチ; 아락치
Dalai Lama; 達賴喇嘛, 達賴; Далай-лама; ダライ・ラマ; 달라이 라마
""",
    ),
    Group(
        "body",
        "China",
        """
PLA, People's Liberation Army; 解放軍, 共軍, 人民解放軍; НОАК, Народно-освободительная армия Китая, НВАК; 인민해방군
Eastern Theater Command, Eastern Theatre Command; 東部戰區; Восточное командование, Восточная зона боевого командования; 東部戦区; 동부전구
Taiwan Affairs Office; 國台辦, 國臺辦; Канцелярия по делам Тайваня; 台湾事務弁公室; 대만사무판공실
Huawei; 華為; ファーウェイ; 화웨이
China Coast Guard, Chinese coast guard; 中國海警, 中國海警局, 陸海警; береговая охрана Китая, берегова охорона Китаю; 中国海警局, 中国海警; 중국 해경, 중국해경
Southern Theater Command, Southern Theatre Command; 南部戰區; Южное командование; 南部戦区; 남부전구
Rocket Force; 火箭軍; Ракетные войска НОАК; ロケット軍; 로켓군
Central Military Commission, CMC; 中央軍委, 軍委會; Центральный военный совет; 中央軍事委員会; 중앙군사위원회
Chinese defence ministry, Chinese defense ministry, China's defence ministry, China's defense ministry; 中國國防部, 陸國防部, 大陸國防部, 中共國防部; минобороны Китая, минобороны КНР, міноборони Китаю; 中国国防省, 中国国防部; 중국 국방부
Chinese foreign ministry, China's foreign ministry; 中國外交部, 陸外交部, 中共外交部, 大陸外交部; МИД Китая, МИД КНР, МЗС Китаю, МЗС КНР; 中国外務省, 中国外交部; 중국 외교부
Commerce ministry of China, Chinese commerce ministry, China's commerce ministry, MOFCOM; 中國商務部, 陸商務部; минторг Китая, Минкоммерции КНР; 中国商務省; 중국 상무부
Xinhua; 新華社; Синьхуа, Сіньхуа; 신화통신
People's Daily; 人民日報; Жэньминь жибао; 인민일보
Global Times; 環球時報; Хуаньцю шибао; 환구시보
Chinese Communist Party, CCP; 中國共產黨, 中共中央; Компартия Китая; 中国共産党; 중국 공산당
National People's Congress, NPC; 全國人大; 全人代; ВСНП; 전인대
Chinese embassy; 中國大使館, 中國駐美大使館; посольство Китая, посольство КНР; 中国大使館; 중국대사관
""",
    ),
    Group(
        "body",
        "Taiwan",
        """
Mainland Affairs Council; 陸委會; Совет по делам материкового Китая; 대륙위원회
Legislative Yuan; 立法院, 立院; Законодательный юань; 입법원
TSMC; 台積電; 대만적체
Taiwanese defence ministry, Taiwan's defence ministry, Taiwan's defense ministry, MND; 台灣國防部, 我國防部; минобороны Тайваня, міноборони Тайваню; 台湾国防部; 대만 국방부
Taiwanese foreign ministry, Taiwan's foreign ministry, MOFA; 台灣外交部, 我外交部; МИД Тайваня, МЗС Тайваню; 台湾外交部; 대만 외교부
Taiwan coast guard, Taiwan's coast guard, Taiwanese coast guard, Coast Guard Administration, CGA; 海巡署, 台灣海巡, 海委會; береговая охрана Тайваня; 台湾海巡署, 台湾の海巡署; 대만 해경, 대만 해순서
Taiwan's Presidential Office; 台湾総統府; 대만 총통부
Executive Yuan; 行政院, 政院; Исполнительный юань; 행정원
Straits Exchange Foundation, SEF; 海基會; Фонд обменов через пролив; 海峡交流基金会; 해협교류기금회
NCSIST; 國家中山科學研究院, 中山科學研究院
Republic of China armed forces, ROC armed forces; 國軍
Central Weather Administration, CWA; 氣象署; 中央気象署
""",
    ),
    Group(
        "body",
        "United States",
        """
American Institute in Taiwan, AIT; 美國在台協會, 美在台協會; Американский институт на Тайване; 米国在台協会; 미국재대만협회
Pentagon; 五角大廈, 五角大樓; Пентагон; ペンタゴン; 펜타곤
Congress, House of Representatives; 國會, 眾議院; Конгресс, Палата представителей, Конгрес; 米議会; 의회
Senate; 參議院; Сенат; 上院; 상원
State Department, US State Department; 美國國務院, 美國務院, 美国国务院; Госдепартамент, Госдеп, Держдепартамент, Держдеп; 米国務省, 国務省; 미 국무부, 국무부
House Select Committee, Select Committee on the CCP; 眾院美中委員會, 美中戰略競爭特別委員會, 中國問題特別委員會
DSCA, Defense Security Cooperation Agency; 國防安全合作局; 国防安全保障協力局; 국방안보협력국
Indo-Pacific Command, INDOPACOM; 印太司令部, 印太軍司令部; Индо-Тихоокеанское командование; インド太平洋軍; 인도태평양사령부
Seventh Fleet, 7th Fleet; 第七艦隊, 第7艦隊; Седьмой флот; 7함대
US Coast Guard, U.S. Coast Guard; 美國海岸防衛隊, 美國海岸警衛隊, 美海岸防衛隊; Береговая охрана США; 米沿岸警備隊; 미국 해안경비대, 미 해안경비대
Commerce Department, US Commerce Department; 美國商務部, 美商務部; Минторг США, Министерство торговли США; 米商務省; 미 상무부
Treasury, US Treasury; 美國財政部, 美財政部; Минфин США, Казначейство США; 米財務省; 미 재무부
CIA; 中情局; ЦРУ; 中央情報局; 중앙정보국
FBI; 聯邦調查局; ФБР; 連邦捜査局; 연방수사국
USCC; 美中經濟暨安全檢討委員會, 美中經濟與安全審查委員會
CSIS; 戰略暨國際研究中心, 戰略與國際研究中心; 戦略国際問題研究所; 전략국제문제연구소
Raytheon, RTX; 雷神公司, 雷神; Рейтеон; レイセオン; 레이시언
Lockheed Martin, Lockheed; 洛克希德馬丁, 洛馬公司; Локхид Мартин; ロッキード; 록히드마틴
Nvidia; 輝達, 英偉達; エヌビディア; 엔비디아
""",
    ),
    Group(
        "body",
        "Japan",
        """
Japanese defence ministry, Japan's defence ministry, Japan's defense ministry; 日本防衛省, 日防衛省; минобороны Японии; 防衛省, 防衛相, 防衛大臣; 일본 방위성, 방위성
Japanese foreign ministry, Japan's foreign ministry; 日本外務省, 外務省; МИД Японии; 일본 외무성, 외무성
Self-Defense Forces, Self-Defence Forces, SDF, JSDF; 自衛隊; Силы самообороны; 자위대
Japan Coast Guard; 日本海上保安廳, 海上保安廳, 海保; Береговая охрана Японии, УБОМ Японии; 海上保安庁; 일본 해상보안청, 해상보안청
""",
    ),
    Group(
        "body",
        "Russia",
        """
Kremlin; 克里姆林宮; Кремль; クレムリン; 크렘린
Russian defence ministry, Russian defense ministry, Russia's defence ministry, Russia's defense ministry; 俄羅斯國防部, 俄國防部; Минобороны России, Минобороны РФ, міноборони Росії, міноборони РФ; ロシア国防省; 러시아 국방부
Russian foreign ministry, Russia's foreign ministry; 俄羅斯外交部, 俄外交部; МИД России, МИД РФ, МЗС Росії, МЗС РФ; ロシア外務省; 러시아 외무부
Pacific Fleet; 太平洋艦隊; Тихоокеанский флот, ТОФ; 태평양함대
Rosatom; 俄羅斯原子能公司, 俄原子能; Росатом; ロスアトム; 로사톰
Gazprom; 俄羅斯天然氣工業, 俄氣; Газпром; ガスプロム; 가스프롬
Rosneft; 俄羅斯石油公司, 俄油; Роснефть; ロスネフチ; 로스네프트
FSB; 聯邦安全局; ФСБ; 連邦保安庁; 연방보안국
TASS; 塔斯社; ТАСС; タス通信; 타스통신
""",
    ),
    Group(
        "body",
        "",
        """
European Union, EU; 歐盟; Евросоюз, ЕС, Євросоюз; 欧州連合; 유럽연합
NATO; 北約; НАТО
United Nations, UN; 聯合國; ООН; 国連; 유엔
RUSI; 皇家聯合軍種研究所
World Health Assembly, WHA; 世界衛生組織, 世衛; ВОЗ, ВООЗ; 世界保健機関; 세계보건기구
AUKUS; 澳英美聯盟; АУКУС; オーカス; 오커스
Quad; 四方安全對話; クアッド; 쿼드
G7; 七大工業國; Большая семерка, Велика сімка; 先進7カ国; 주요 7개국
APEC; 亞太經合會, 亞太經合組織; АТЭС; アジア太平洋経済協力会議; 아시아태평양경제협력체
ASEAN; 東協, 東盟; АСЕАН; 東南アジア諸国連合; 아세안
Shanghai Cooperation Organisation, Shanghai Cooperation Organization, SCO; 上海合作組織, 上合組織; ШОС; 上海協力機構; 상하이협력기구
BRICS; 金磚國家, 金磚; БРИКС, БРІКС; 新興5カ国; 브릭스
European Parliament; 歐洲議會; Европарламент, Європарламент; 欧州議会; 유럽의회
European Commission; 歐盟執委會, 歐盟委員會; Еврокомиссия, Єврокомісія; 欧州委員会; 유럽집행위원회
Security Council; 安理會; Совет Безопасности, Совбез ООН, Рада Безпеки; 安保理; 안전보장이사회, 안보리
Joint Chiefs of Staff, JCS; 參謀首長聯席會議, 聯合參謀本部; Объединенный комитет начальников штабов; 統合参謀本部, 合同参謀本部; 합동참모본부, 합참
IAEA; 國際原子能總署, 國際原子能機構; МАГАТЭ, МАГАТЕ; 国際原子力機関; 국제원자력기구
Philippine Coast Guard; 菲律賓海警, 菲國海警, 菲律賓海岸防衛隊, 菲律賓海巡; Береговая охрана Филиппин; フィリピン沿岸警備隊; 필리핀 해경, 필리핀 해안경비대
Reuters; 路透; ロイター; 로이터
Kyodo; 共同社; Киодо; 共同通信; 교도통신
Financial Times; 金融時報; ファイナンシャル・タイムズ; 파이낸셜타임스
Wall Street Journal, WSJ; 華爾街日報; ウォール・ストリート・ジャーナル; 월스트리트저널
New York Times, NYT; 紐約時報, 紐時; ニューヨーク・タイムズ; 뉴욕타임스
Washington Post; 華盛頓郵報; ワシントン・ポスト; 워싱턴포스트
""",
    ),
    Group(
        "system",
        "",
        """
F-16; F16; Ф-16
J-20; 殲20, 殲-20; Цзянь-20
H-6; 轟6, 轟-6; Хун-6
Su-35; 蘇35, 蘇-35; Су-35
Su-30; 蘇30, 蘇-30; Су-30
Il-76; 伊爾76, 伊爾-76; Ил-76, Іл-76
Tu-95; 圖95, 圖-95; Ту-95
S400, S-400 system, S-400 air defence, S-400 air defense; С-400
HIMARS; 海馬斯, 海馬士; ХАЙМАРС, Хаймарс; ハイマース; 하이마스
Patriot missile; 愛國者飛彈, 愛國者; комплекс Пэтриот; パトリオット; 패트리엇
Harpoon; 魚叉; Гарпун; ハープーン; 하푼
Shandong carrier, Shandong aircraft carrier, carrier Shandong, aircraft carrier Shandong; 山東號, 山東艦, 航母山東; авианосец Шаньдун, авианосца Шаньдун; 空母山東, 空母「山東」; 산둥함
Liaoning carrier, Liaoning aircraft carrier, carrier Liaoning, aircraft carrier Liaoning; 遼寧號, 遼寧艦, 航母遼寧; авианосец Ляонин, авианосца Ляонин; 空母遼寧, 空母「遼寧」; 랴오닝함
Fujian carrier, Fujian aircraft carrier, carrier Fujian, aircraft carrier Fujian; 福建號, 福建艦, 航母福建; авианосец Фуцзянь, авианосца Фуцзянь; 空母福建; 푸젠함
Sichuan ship, amphibious assault ship Sichuan; 四川艦; 쓰촨함
George Washington carrier, USS George Washington; 華盛頓號航母, 喬治華盛頓號; Джордж Вашингтон; ジョージ・ワシントン; 조지워싱턴
USS Nimitz, Nimitz; 尼米茲號; Нимиц; ニミッツ; 니미츠
Carl Vinson; 卡爾文森號; Карл Винсон; カール・ビンソン; 칼빈슨
Abraham Lincoln carrier, USS Abraham Lincoln; 林肯號; Авраам Линкольн; エイブラハム・リンカーン; 에이브러햄 링컨
F-35; F35; Ф-35
F/A-18; FA18
J-10; 殲10, 殲-10; Цзянь-10
J-15; 殲15, 殲-15; Цзянь-15
J-16; 殲16, 殲-16; Цзянь-16
J-35; 殲35, 殲-35; Цзянь-35
Y-8; 運8, 運-8
Y-20; 運20, 運-20
KJ-500; 空警500, 空警-500
Z-20; 直20, 直-20
Su-57; 蘇57, 蘇-57; Су-57
Su-34; 蘇34, 蘇-34; Су-34
Tu-22; 圖22, 圖-22; Ту-22
Tu-160; 圖160, 圖-160; Ту-160
P-8; P8A; 海神巡邏機
MQ-9; MQ9; 死神無人機, 海上衛士
B-52; B52; Б-52
B-1B; B1B
B-21; B21
DF-17; 東風17, 東風-17; Дунфэн-17
DF-21; 東風21, 東風-21; Дунфэн-21
DF-26; 東風26, 東風-26; Дунфэн-26
DF-41; 東風41, 東風-41; Дунфэн-41
DF-61; 東風61, 東風-61
YJ-21; 鷹擊21, 鷹擊-21
Hsiung Feng, Hsiung Feng missile; 雄風飛彈, 雄三, 雄升; Сюнфэн; 슝펑
Chiang Kung, Strong Bow; 強弓
Tien Kung, Sky Bow; 天弓; Тянь Кун; 톈궁
Hai Kun, Narwhal submarine; 海鯤; Хайкунь; 하이쿤
TOW missile; 拖式飛彈, 拖式; ПТРК ТОУ
Javelin; 標槍飛彈, 標槍; Джавелин; ジャベリン; 재블린
Stinger missile; 刺針飛彈, 刺針; Стингер; スティンガー; 스팅어
Abrams, M1A2T; 艾布蘭; Абрамс; エイブラムス; 에이브럼스
Paladin; M109A7; 帕拉丁; 팔라딘
ATACMS; 陸軍戰術飛彈; АТАКМС; エイタクムス; 에이태큼스
NASAMS; 國家先進地對空飛彈; НАСАМС
Altius; ALTIUS-600M
Switchblade; 彈簧刀; Свитчблейд; スイッチブレード
Tomahawk; 戰斧; Томагавк; トマホーク; 토마호크
Typhon; 堤豐, 提豐; Тайфон; タイフォン; 타이폰
NMESIS; 海軍陸戰隊遠征反艦系統
Oreshnik; 榛樹飛彈, 榛樹; Орешник, Орєшнік; オレシニク; 오레시니크
Burevestnik; 海燕飛彈; Буревестник, Буревісник; ブレベスニク; 부레베스트니크
Kinzhal; 匕首飛彈; Кинжал, Кинджал; キンジャル; 킨잘
Shahed; 見證者無人機, 見證者; Шахед; シャヘド; 샤헤드
Geran; 天竺葵無人機; Герань
Golden Dome; 金穹; Золотой купол, Золотий купол; ゴールデン・ドーム; 골든돔
Taiwan Dome; 台灣之盾, 臺灣之盾; 台湾の盾
Starlink; 星鏈; Старлинк; スターリンク; 스타링크
""",
    ),
    Group(
        "exercise",
        "",
        """
Strait Thunder; 海峽雷霆; Гром в проливе; 海峡雷霆; 해협뇌정, 해협천둥
Justice Mission; 正義使命; Миссия справедливости; 정의사명
Joint Sword; 聯合利劍; Объединенный меч, Острый меч; 連合利剣, 聯合利剣; 연합리젠, 연합이검
Han Kuang; 漢光演習, 漢光; Ханьгуан; 한광
Joint Sea, Maritime Interaction, Naval Interaction, Joint Sea-2025; 海上聯合; Морское взаимодействие; 海上連合; 해상연합
Northern Interaction, Northern United, Northern Interaction-2025; 北部聯合; Северное взаимодействие; 北部連合; 북부연합
Ocean Shield; 海洋盾牌; Океанский щит
Ocean-2024, Ocean 2024, July Storm; 海洋2024, 七月風暴; Океан-2024, Июльский шторм
Vostok exercise, Vostok-2022; 東方2022, 東方-2022; Восток-2022; ボストーク2022
Zapad exercise, Zapad-2025; 西部2025, 西方2025, 西方-2025; Запад-2025, Захід-2025; ザパド; 자파드
Balikatan; 肩並肩軍演, 肩並肩; Баликатан; バリカタン; 발리카탄
RIMPAC; 環太平洋軍演, 環太平洋軍事演習, 環太軍演; РИМПАК; リムパック, 環太平洋合同演習; 림팩
Keen Sword; 利劍演習; キーン・ソード
Resolute Dragon; 堅毅之龍; レゾリュート・ドラゴン
Talisman Sabre; 護身軍刀, 護身符軍刀; Талисман Сейбр; タリスマン・セーバー; 탈리스만 세이버
Freedom Edge; 自由之刃; フリーダム・エッジ; 프리덤 에지
Ulchi Freedom Shield; 乙支自由護盾, 乙支自由之盾; Ыльчи; 乙支フリーダムシールド; 을지 자유의 방패, 을지프리덤실드
Immediate Response drill; 立即備戰操演; 即時戦備操演
Urban Resilience; 城鎮韌性; 都市強靭性
""",
    ),
    Group(
        "party",
        "Taiwan",
        """
Kuomintang, KMT; 國民黨; Гоминьдан; 国民党; 국민당
Democratic Progressive Party, DPP; 民進黨; Демократическая прогрессивная партия; 民進党; 민진당
Taiwan People's Party; 民眾黨; 民衆党; 민중당
""",
    ),
    Group(
        "party",
        "Japan",
        """
Liberal Democratic Party, LDP; 自民黨; Либерально-демократическая партия; 自民党; 자민당
""",
    ),
    Group(
        "office",
        "",
        """
military, armed forces, troops; 軍事, 軍方, 軍隊; военный, войска, військовий, війська; 軍部; 군사, 군대
navy, naval; 海軍; ВМС, ВМФ, флот; 해군
air force; 空軍; ВВС, военно-воздушный; 공군
coast guard; 海警, 海巡, 海警船, 海巡船; береговая охрана, берегова охорона; 海警局; 해경
defence ministry, defense ministry, defence minister, defense minister, ministry of defence, ministry of defense, ministry of national defense, defence secretary, defense secretary; 國防部, 國防部長, 防長; минобороны, министерство обороны, министр обороны, міноборони, міністерство оборони, міністр оборони; 国防省, 国防部, 国防相; 국방부, 국방장관
foreign ministry, foreign minister; 外交部, 外交部長, 外長; МИД, министерство иностранных дел, министр иностранных дел, МЗС, міністр закордонних справ; 外相; 외교부, 외교장관, 외무장관
president; 總統, 主席; президент; 大統領, 総統; 대통령, 총통
prime minister, premier; 總理, 首相, 行政院長; премьер, прем'єр; 총리
""",
    ),
    Group(
        "thing",
        "",
        """
summit, talks; 峰會, 會談, 會晤; саммит, переговоры, саміт, переговори; 首脳会談, 会談; 정상회담, 회담
phone call, call; 通話, 電話; телефонный разговор, телефонна розмова; 電話会談; 통화
visit, trip, tour; 訪問, 訪台, 出訪, 到訪; визит, поездка, візит; 방문
transit, stopover; 過境; транзит; 経由; 경유
drill, exercise, war games; 軍演, 演習, 演練, 演訓, 聯演; учения, маневры, навчання, маневри; 軍事演習; 훈련, 연습
joint; 聯合; совместный, спільний; 共同, 合同; 합동, 연합
patrol; 巡航, 巡邏, 巡弋; патруль, патрулирование, патрулювання; 哨戒, 共同飛行; 순찰, 초계
live-fire, live fire; 實彈; боевая стрельба; 実弾; 실사격
blockade, encirclement; 封鎖, 圍台, 環台; блокада, окружение, оточення; 包囲; 봉쇄, 포위
invasion, invade; 入侵, 侵台, 攻台, 犯台; вторжение, вторгнення, вторгнуться; 侵攻; 침공
attack, strike; 攻擊, 襲擊; нападение, удар, атака, напад; 攻撃; 공격
missile; 飛彈, 導彈; ракета, ракетный; ミサイル; 미사일
hypersonic; 高超音速, 極音速; гиперзвуковой, гіперзвуковий; 極超音速; 극초음속
nuclear; 核武, 核彈; ядерный, ядерний; 核兵器; 핵무기
drone, unmanned; 無人機; беспилотник, дрон, БПЛА, безпілотник; ドローン; 드론, 무인기
fighter jet, fighter, warplane, military aircraft; 戰機, 戰鬥機, 軍機, 共機; истребитель, винищувач, военный самолет; 戦闘機, 軍用機; 전투기, 군용기
bomber; 轟炸機; бомбардировщик, бомбардувальник; 爆撃機; 폭격기
aircraft carrier, carrier; 航母, 航空母艦; авианосец, авианосца, авианосцы, авіаносець, авіаносця; 空母; 항공모함, 항모
destroyer; 驅逐艦; эсминец, эсминца, эсминцы, есмінець, есмінця; 駆逐艦; 구축함
warship; 軍艦, 戰艦, 共艦; военный корабль, боевой корабль, військовий корабель; 艦艇; 군함, 함정
submarine; 潛艦, 潛艇; подводная лодка, подлодка, підводний човен; 潜水艦; 잠수함
satellite; 衛星; спутник, супутник; 위성
airborne, paratrooper, parachute; 空降, 傘兵; десант, десантник, воздушно-десантный, ВДВ, повітрянодесантний; 空挺; 공수부대, 공수
tank, armoured vehicle, armored vehicle, armoured, armored; 坦克, 裝甲車, 裝甲, 戰車; танк, бронетехника, бронемашина; 戦車, 装甲車; 전차, 장갑차
amphibious, landing; 兩棲, 登陸; высадка, амфибия, висадка; 上陸, 水陸両用; 상륙
ammunition, shells; 彈藥, 砲彈, 炮彈; боеприпас, снаряд; 弾薬, 砲弾; 탄약, 포탄
weapon, arms; 武器, 軍火; оружие, вооружение, зброя, озброєння; 兵器; 무기
arms sale, arms package, arms deal, weapons sale; 軍售, 軍購, 售台; продажа оружия, поставка оружия; 武器売却; 무기판매, 무기 판매
military aid; 軍援, 軍事援助; военная помощь, військова допомога; 軍事支援; 군사지원, 군사 지원
training, train; 培訓, 訓練, 受訓; обучение, подготовка, обучать, навчати, підготовка; 교육
equipment, equip; 裝備; оборудование, снаряжение, обладнання; 装備; 장비
technology; 技術; технология, технологія; 기술
documents, leaked; 文件, 外洩; документ, утечка; 文書, 流出; 문서, 유출
report; 報告, 報導; доклад, отчет, доповідь; 報告書; 보고서
chips, semiconductor; 晶片, 半導體; чип, полупроводник, напівпровідник; 半導体; 반도체
dual-use, dual use; 雙重用途, 軍民兩用; двойное назначение; 軍民両用; 이중용도
sanction; 制裁; санкция, санкції; 제재
export control, export ban; 出口管制; экспортный контроль; 輸出規制; 수출통제
tariff, trade deal; 關稅, 貿易協議; пошлина, торговая сделка, мито; 関税; 관세
independence; 台獨, 獨立; независимость, незалежність; 独立; 독립
unification, reunification; 統一; воссоединение, объединение, возз'єднання; 통일
one China; 一個中國, 一中; единый Китай, одного Китая; 一つの中国; 하나의 중국
oppose, opposition to; 反對; против, выступать против, противиться, проти; 反対; 반대
support; 支持, 力挺; поддержка, поддержать, підтримка; 지지
statement, declaration; 聲明; заявление, заява; 声明; 성명
warn, warning; 警告; предупредить, предупреждение, попередити; 경고
election; 選舉, 大選; выборы, вибори; 選挙; 선거
recall vote, recall; 罷免, 大罷免; отзыв депутатов; リコール; 파면
referendum; 公投; референдум; 住民投票, 国民投票; 국민투표
budget; 預算; бюджет; 予算; 예산
spending; 支出, 開支; расходы, витрати; 지출
conscription; 兵役, 徵兵; призыв, воинская повинность; 徴兵; 징병
spy, espionage; 間諜, 共諜; шпион, шпионаж, шпигун; スパイ; 간첩, 스파이
cable; 海纜, 海底電纜; подводный кабель, кабель; 海底ケーブル; 해저케이블
balloon; 氣球; аэростат, воздушный шар, повітряна куля; 気球; 풍선
cyber, hackers; 駭客, 網攻, 網路攻擊; кибератака, хакер, кібератака; サイバー; 사이버, 해커
allies, diplomatic ties; 邦交, 邦交國, 建交, 斷交; дипломатические отношения; 国交; 수교, 단교
peace, ceasefire; 和平, 停火; перемирие, прекращение огня; 停戦; 평화, 휴전
war; 戰爭, 開戰; война, війна; 戦争; 전쟁
parade; 閱兵; парад; 軍事パレード; 열병식
anniversary; 週年, 紀念; годовщина, річниця; 周年; 기념
earthquake; 地震; землетрясение, землетрус; 지진
typhoon; 颱風; тайфун; 台風; 태풍
gas, oil, pipeline; 天然氣, 石油, 管道; газ, нефть, газопровод, нафта; 天然ガス, 原油; 가스, 석유
bill, legislation; 法案, 條例, 草案; законопроект; 법안
visa; 簽證; ビザ, 査証; 비자
travel advisory, travel warning; 旅遊警示, 旅遊提醒; предупреждение о поездках; 渡航自粛; 여행경보, 여행 자제
seafood; 水產品, 海鮮; морепродукты, морепродукти; 水産物, 海産物; 수산물
ban; 禁令; запрет, заборона; 禁輸, 禁止令; 금지령
rare earths, rare earth; 稀土; редкоземельный, рідкісноземельний; レアアース; 희토류
radar; 雷達照射, 雷達; радар, РЛС; レーダー照射, レーダー; 레이더
helicopter; 直升機; вертолет, гелікоптер; ヘリコプター, ヘリ; 헬기, 헬리콥터
rocket launch, carrier rocket; 運載火箭, 發射火箭; ракета-носитель; ロケット打ち上げ; 로켓 발사
survey ship, research vessel, survey vessel; 測量船, 科研船, 研究船, 海測船; исследовательское судно, гидрографическое судно; 調査船; 조사선, 측량선
fishing boat, fishing vessel, trawler; 漁船; рыболовное судно, рибальське судно; 어선
freighter, cargo ship, cargo vessel; 貨輪, 貨船; сухогруз, грузовое судно, суховантаж; 貨物船; 화물선
oil tanker, shadow fleet; 油輪, 影子船隊, 影子艦隊; танкер, теневой флот, тіньовий флот; タンカー, 影の船団; 유조선, 그림자 선단
remarks; 言論, 發言; высказывание, слова о Тайване; 発言, 答弁; 발언
delegation; 代表團, 訪問團, 訪團; делегация, делегація; 代表団, 訪問団; 대표단
export; 出口; экспорт, експорт; 輸出; 수출
consulate, consul; 總領事, 領事館; консул, консульство; 総領事; 총영사, 영사관
ambassador; 大使; посол, посла; 대사
airspace; 領空, 空域; воздушное пространство, повітряний простір; 영공
territorial waters; 領海; территориальные воды, територіальні води; 영해
restricted waters, prohibited waters; 禁限制水域, 限制水域, 禁止水域; 制限水域
""",
    ),
)

ALIASES: Final = "\n".join(group.lines.strip() for group in GROUPS)

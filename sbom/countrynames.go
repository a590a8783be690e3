package sbom

// stateCodes are the codes that are also a state of the United States or a
// province of Canada, so that "San Jose, CA" is not taken for Canada.
var stateCodes = []string{"AL", "AR", "AZ", "CA", "CO", "DE", "GA", "ID", "IL", "IN", "KY", "LA", "MA", "MD", "ME", "MN",
	"MO", "MS", "MT", "NC", "NE", "NL", "NU", "PA", "PE", "SC", "SD", "SK", "TN", "VA", "YT"}

// iso3166 lists the officially assigned alpha-2 codes of ISO 3166-1 (249).
const iso3166 = `
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
VN VU WF WS YE YT ZA ZM ZW`

// otherNames are the names that CLDR lacks: the official short and long forms
// of ISO 3166-1 and of trade documents, abbreviations, former names of the same
// state, local names. A name under two codes is ambiguous, on purpose.
const otherNames = `
AE: UAE; U.A.E.; Emirates; 阿联酋
AR: Argentine Republic
AT: Österreich; Oesterreich
AU: Commonwealth of Australia; 澳洲
AZ: Azarbaijan
BA: Bosnia; Bosna i Hercegovina; 波黑
BD: 孟加拉
BE: Belgien; Belgique; België; Belgie
BG: България
BN: Brunei Darussalam
BO: Bolivia, Plurinational State of; Plurinational State of Bolivia
BQ: Bonaire, Sint Eustatius and Saba; Bonaire
BR: Brasil; Federative Republic of Brazil
BY: Belorussia; Беларусь
CA: Dominion of Canada
CC: Cocos Islands; Keeling Islands
CD: Congo, the Democratic Republic of the; Congo, Democratic Republic of; Democratic Republic of the Congo; Democratic Republic of Congo; DR Congo; DRC; Congo-Kinshasa; Congo; Zaire; 刚果民主共和国; 刚果（金）; 刚果
CG: Republic of the Congo; Congo, Republic of the; Congo-Brazzaville; Congo; 刚果（布）; 刚果共和国; 刚果
CH: Schweiz; Suisse; Svizzera; Swiss; Swiss Confederation
CI: Ivory Coast; 科特迪瓦共和国
CN: PRC; P.R.C.; PR of China; P.R. of China; P.R. China; P.R.China; PR China; China PR; China, PR; China P.R.; China (PRC); People's Republic of China; Peoples Republic of China; People Republic of China; China, People's Republic of; Mainland China; China Mainland; China (Mainland); China, mainland; Chinese mainland; Zhongguo; 中华人民共和国; 中華人民共和國; 中国大陆; 中國大陸; 中国内地; 大陆; 内地; 国产; 國產; 境内
CV: Cabo Verde
CW: Curacao
CY: Κύπρος
CZ: Czech Republic; Česko; Česká republika; Czech Rep.; 捷克共和国
DE: Deutschland; Federal Republic of Germany; Germany, Federal Republic of; Allemagne; Alemania; Germania; Niemcy; 德意志联邦共和国
DK: Danmark
DO: Dominican Rep.
EE: Eesti
EG: Arab Republic of Egypt
ES: España; Espana; Espagne; Kingdom of Spain
FI: Suomi
FK: Falkland Islands (Malvinas); Malvinas
FM: Micronesia, Federated States of; Federated States of Micronesia
FR: French Republic; Frankreich; Francia; Frankrijk; 法兰西
GB: UK; U.K.; U.K; United Kingdom of Great Britain and Northern Ireland; UK of Great Britain and Northern Ireland; Great Britain; G.B.; Britain; England; Scotland; Wales; Northern Ireland; Royaume-Uni; Vereinigtes Königreich; Reino Unido; Regno Unito; 大不列颠; 英格兰; 联合王国
GE: Republic of Georgia; Sakartvelo; საქართველო; 格鲁吉亚共和国
GR: Hellas; Hellenic Republic; Ελλάδα; Ellada
HK: HKSAR; H.K.; Hong Kong; Hongkong; Hong Kong SAR; Hong Kong, SAR; Hong Kong (SAR); Hong Kong S.A.R.; Hong Kong SAR of China; China, Hong Kong SAR; China, Hong Kong Special Administrative Region; China Hong Kong; Hong Kong Special Administrative Region; Hong Kong, China; Hong Kong China; Xianggang; 香港; 中国香港; 中國香港; 香港特别行政区; 香港特區
HR: Hrvatska
HU: Magyarország; Magyarorszag; Ungarn
ID: Republic of Indonesia; 印尼
IE: Éire; Eire; Republic of Ireland; Ireland, Republic of
IL: ישראל; State of Israel
IN: Bharat; भारत; Republic of India
IR: Iran, Islamic Republic of; Islamic Republic of Iran; Iran (Islamic Republic of); ایران
IS: Ísland
IT: Italia; Italie; Italien; Italian Republic
JP: Nippon; Nihon; 日本国; Japon; Japan (JPN); にほん; にっぽん
KE: Republic of Kenya
KG: Kyrgyz Republic; Kirghizia; 吉尔吉斯
KH: Kampuchea
KP: DPRK; D.P.R.K.; Korea, Democratic People's Republic of; Korea, Democratic Peoples Republic of; Democratic People's Republic of Korea; Korea, North; Korea North; N. Korea; North Korea; Korea (North); Korea DPR; Korea; 朝鲜民主主义人民共和国; 北朝鲜; 朝鮮; 北韓
KR: ROK; R.O.K.; Korea, Republic of; Korea (Republic of); Republic of Korea; Korea, Rep.; Korea Rep; Korea, South; Korea South; Korea (South); S. Korea; South-Korea; Korea; 大韩民国; 大韓民國; 南韩; 韓國; 대한민국; 한국; 남한; 韓国
KZ: Қазақстан; Казахстан
LA: Lao People's Democratic Republic; Lao PDR; Lao; 寮国
LK: Ceylon
LT: Lietuva
LV: Latvija
LY: Libyan Arab Jamahiriya; State of Libya
MA: Maroc; Kingdom of Morocco
MD: Moldova, Republic of; Republic of Moldova; Moldavia
ME: Crna Gora; Serbia and Montenegro
MF: Saint Martin (French part); Saint Martin
MK: North Macedonia; Republic of North Macedonia; Macedonia, the former Yugoslav Republic of; FYROM; FYR Macedonia; 北马其顿
MM: Burma; Union of Myanmar
MN: 蒙古国
MO: Macao; Macau; Macau SAR; Macao SAR; Macao SAR China; Macao S.A.R.; China, Macao SAR; China, Macao Special Administrative Region; China Macau; China Macao; Macau, China; Macao, China; Macao Special Administrative Region; Aomen; 澳门; 澳門; 中国澳门; 中國澳門; 澳门特别行政区; 澳門特區
MX: México; Mexiko; Mexique; Estados Unidos Mexicanos; United Mexican States
MY: Federation of Malaysia; W. Malaysia; West Malaysia; East Malaysia; Malaysia (West); 大马; 馬來西亞
NL: Holland; The Netherlands; Kingdom of the Netherlands; Netherlands, Kingdom of the; Nederland; Niederlande; Pays-Bas; Paesi Bassi; Países Bajos; 尼德兰
NO: Norge; Noreg; Kingdom of Norway; Norwegen
NZ: Aotearoa; N. Zealand; 纽西兰
PE: Perú
PH: Pilipinas; Philippine; Republic of the Philippines
PK: Islamic Republic of Pakistan
PL: Polska; Polen; Pologne; Polonia
PN: Pitcairn
PR: Porto Rico; 波多黎哥
PS: Palestine; Palestine, State of; State of Palestine; Palestinian Territory, Occupied; 巴勒斯坦
RE: Reunion
RO: România; Roumania; Rumänien
RS: Srbija; Србија; Republic of Serbia; Serbia and Montenegro
RU: Russian Federation; Russian Fed.; Россия; Rossiya; Rossija; 俄国; 俄联邦; 俄罗斯联邦
SA: KSA; Kingdom of Saudi Arabia; Saudi; 沙特; المملكة العربية السعودية
SE: Sverige; Schweden; Kingdom of Sweden
SG: Singapura; Republic of Singapore; S'pore; 新嘉坡; 星加坡
SH: Saint Helena, Ascension and Tristan da Cunha
SI: Slovenija
SK: Slovensko; Slovak Republic
SX: Sint Maarten (Dutch part); Saint Martin
SY: Syrian Arab Republic
SZ: Eswatini; Kingdom of Eswatini
TH: ไทย; ประเทศไทย; Thai; Kingdom of Thailand; Siam
TJ: 塔吉克
TL: East Timor
TN: Tunisie
TR: Türkiye; Turkiye; Turkei; Türkei; Republic of Türkiye; Republic of Turkey
TW: Taiwan; Taiwan, Province of China; Taiwan Province of China; Taiwan, Prov. of China; Province of Taiwan; China, Taiwan Province of; China, Taiwan Province; Taiwan (Province of China); Taiwan, R.O.C.; Taiwan R.O.C.; Taiwan (R.O.C.); Taiwan, ROC; Taiwan (ROC); R.O.C. (Taiwan); Taiwan, China; Taiwan China; China Taiwan; Chinese Taipei; ROC; R.O.C.; Republic of China; Republic of China (Taiwan); Formosa; 台湾省; 台湾地区; 中国台湾; 中國台灣; 中国台湾地区; 中国台湾省; 中華民國; 臺灣; 中華台北; 中华台北
TZ: Tanzania, United Republic of; United Republic of Tanzania
UA: Україна; Украина; Ukraina; The Ukraine
UM: United States Minor Outlying Islands; US Minor Outlying Islands
US: U.S.; U.S; U.S.A.; U.S.A; USofA; U S A; U S; United States of America; The United States of America; America; America (USA); Estados Unidos; EEUU; États-Unis; Etats-Unis; Vereinigte Staaten; Stati Uniti; 美利坚合众国; 美利堅合眾國; アメリカ; アメリカ合衆国; Georgia
UZ: Oʻzbekiston; 乌兹别克
VA: Holy See; Holy See (Vatican City State); Vatican
VC: Saint Vincent and the Grenadines
VE: Venezuela, Bolivarian Republic of; Bolivarian Republic of Venezuela
VG: Virgin Islands, British; Virgin Islands (British); BVI; Virgin Islands; 英属维京群岛; 英屬維京群島
VI: Virgin Islands, U.S.; Virgin Islands (U.S.); Virgin Islands; 美属维京群岛
VN: Viet Nam; Việt Nam; Vietnam; Socialist Republic of Vietnam; 越南社会主义共和国
ZA: RSA; Republic of South Africa; Suid-Afrika; S. Africa
`
